import { faint, type Ink, paper, quiet, seriesInks, strong } from "../svg/ink.ts";

const names: Readonly<Record<string, Ink>> = {
  paper,
  strong,
  quiet,
  faint,
  link: seriesInks[0] as Ink,
  bar: seriesInks[0] as Ink,
  metric: seriesInks[1] as Ink,
};

const variables = (tone: keyof Ink) =>
  Object.entries(names)
    .map(([name, ink]) => `--${name}:${ink[tone]}`)
    .join(";");

/** The look of a report: light and dark as the reader's system, and on paper without what only works on a screen. */
export const pageStyle = `
:root{color-scheme:light dark;${variables("light")}}
@media (prefers-color-scheme:dark){:root{${variables("dark")}}}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:break-word;padding:0 16px 64px;background:var(--paper);color:var(--strong);font:15px/1.5 Helvetica,Arial,"Liberation Sans",sans-serif}
header,main,nav{max-width:1000px;margin:0 auto}
h1{font-size:26px;margin:32px 0 4px}
h2{font-size:20px;margin:44px 0 8px;padding-top:8px;border-top:1px solid var(--faint)}
h3{font-size:15px;margin:20px 0 4px}
p{margin:6px 0 10px;max-width:46em}
.quiet{color:var(--quiet)}
a{color:var(--link)}
a:focus-visible,.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999px}
.skip:focus{position:static}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;margin:12px 0;padding:0}
.scroll{overflow-x:auto;margin:10px 0 18px}
figure svg{max-width:100%;height:auto;min-width:560px;display:block}
table{border-collapse:collapse;font-size:14px;min-width:50%}
caption{text-align:left;color:var(--quiet);padding:0 0 4px;font-size:13px}
th,td{text-align:left;padding:3px 12px 3px 0;border-bottom:1px solid var(--faint);vertical-align:top}
thead th{font-weight:600;vertical-align:bottom}
tbody th{font-weight:400}
.number{text-align:right;font-variant-numeric:tabular-nums}
td.number,td.number small{white-space:nowrap}
small{display:block;color:var(--quiet);font-size:12px}
pre{background:none;border:1px solid var(--faint);border-radius:4px;padding:10px 12px;overflow-x:auto;font-size:13px;white-space:pre-wrap}
.bars{display:grid;grid-template-columns:max-content 1fr max-content;gap:4px 12px;align-items:center;font-size:14px;margin:8px 0 18px}
.bars .bar{display:flex;height:14px;min-width:1px}
.bars .bar i{display:block;height:100%;background:var(--bar)}
.bars .bar i.metric{background:repeating-linear-gradient(45deg,var(--metric) 0 4px,var(--paper) 4px 6px)}
.key{display:inline-block;width:14px;height:10px;margin:0 4px 0 0;background:var(--bar)}
.key.metric{background:repeating-linear-gradient(45deg,var(--metric) 0 4px,var(--paper) 4px 6px)}
progress{width:180px;vertical-align:middle}
.progress{list-style:none;padding:0}
details{margin:8px 0}
td details{margin:0}
td ul{margin:4px 0;padding-left:18px}
h2+p{color:var(--quiet)}
@media (max-width:640px){.bars{grid-template-columns:max-content 1fr}.bars .number{grid-column:2;text-align:left;margin-bottom:4px}}
@media print{body{padding:0;font-size:11pt}nav,.skip{display:none}section{break-inside:auto}figure,table{break-inside:avoid}details::details-content{content-visibility:visible;display:block}.scroll{overflow:visible}}
`.trim();
