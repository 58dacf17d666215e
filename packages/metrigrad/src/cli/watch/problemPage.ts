/** Returns a page that says why there is no report. Its script shows the report as soon as there is one. */
export function problemPage(message: string, script: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
<link rel="icon" href="data:,"/><title>Report</title><style>:root{color-scheme:light dark}body{font:15px/1.5 sans-serif;max-width:46em;margin:32px auto;padding:0 16px}</style></head>
<body><header><h1>The report cannot be shown</h1></header><nav></nav>
<main id="content"><p role="alert">${escaped(message)}</p></main>
<script src="${script}" defer=""></script></body></html>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
