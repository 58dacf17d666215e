/** The small pictures of the start page, drawn by hand in the colours of the pages. */

/** @param {string} body */
const picture = (body) =>
  `<svg viewBox="0 0 320 150" width="320" height="150" aria-hidden="true" focusable="false">${body}</svg>`;

/** @param {number} style @param {string} d @param {string} [more] */
const line = (style, d, more = "") =>
  `<path d="${d}" fill="none" stroke="var(--s${style})" stroke-width="2.4" stroke-linejoin="round" stroke-linecap="round" ${more}/>`;

/** @param {number} count @param {(i: number) => string} make */
const many = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join("");

const race = picture(
  many(4, (i) => `<path class="grid" d="M24 ${30 + 32 * i}H300"/>`) +
    line(7, "M24 28l30 3 25-4 28 5 30-2 32 4 38-3 40 4 45-2", 'stroke-dasharray="2 4"') +
    line(1, "M24 28c30 20 80 26 130 30s100 8 140 9", 'stroke-dasharray="7 4"') +
    line(0, "M24 28c40 8 78 14 100 34s22 40 36 52 10 12 30 13 70 0 104 0"),
);

/** Cells as they are over a plane: three zones and a surface. */
const geometry = picture(
  `<rect x="20" y="18" width="114" height="114" fill="var(--s1)" opacity="0.35"/>` +
    `<path d="M20 84C50 84 42 40 72 38s40 34 34 52 22 18 28 0V132H20Z" fill="var(--s0)" opacity="0.55"/>` +
    many(
      7,
      (i) =>
        `<circle cx="${36 + 15 * i}" cy="${34 - 6 * Math.sin(i)}" r="3" fill="none" stroke="var(--s1)" stroke-width="2"/>`,
    ) +
    many(
      6,
      (i) =>
        `<path d="M${38 + 15 * i} ${112 - 5 * Math.cos(i)}l6 6m0-6l-6 6" stroke="var(--s0)" stroke-width="2"/>`,
    ) +
    many(9, (i) => {
      const [x, y] = [160 + 50 * (i % 3), 18 + 40 * Math.floor(i / 3)];
      const angle = 40 * i;
      return `<svg x="${x}" y="${y}" width="34" height="34" viewBox="0 0 34 34"><rect width="34" height="34" fill="var(--wash)"/><rect x="-10" y="12" width="54" height="10" fill="var(--s0)" opacity="0.8" transform="rotate(${angle} 17 17)"/></svg>`;
    }),
);

const digits = picture(
  `<rect x="24" y="18" width="114" height="114" rx="4" fill="#fff" stroke="var(--rule)"/>` +
    `<path d="M58 48c8-16 44-14 42 8-2 20-34 20-26 20 30-2 32 40 2 42-14 0-22-6-24-14" fill="none" stroke="#111" stroke-width="10" stroke-linecap="round"/>` +
    many(5, (i) => {
      const width = [12, 6, 118, 9, 16][i];
      return `<text x="160" y="${39 + 21 * i}">${i + 1}</text><rect x="178" y="${29 + 21 * i}" width="120" height="12" fill="var(--wash)"/><rect x="178" y="${29 + 21 * i}" width="${width}" height="12" fill="var(--accent)"/>`;
    }),
);

const coordinates = picture(
  many(
    4,
    (i) => `<ellipse class="grid" cx="212" cy="72" rx="${18 + 24 * i}" ry="${12 + 15 * i}"/>`,
  ) +
    line(1, "M70 118C80 90 92 30 112 30s70 40 100 42", 'stroke-dasharray="7 4"') +
    line(2, "M70 118c40 0 80-30 142-46", 'stroke-dasharray="2 3"') +
    line(0, "M70 118c10-36 56-58 142-46") +
    `<circle cx="70" cy="118" r="6" fill="var(--accent)"/><path d="M206 72h12m-6-6v12" stroke="var(--ink)" stroke-width="2"/>`,
);

const node = picture(
  many(5, (i) => {
    const widths = [96, 120, 84, 108, 60];
    return `<rect x="28" y="${30 + 20 * i}" width="${widths[i]}" height="8" rx="4" fill="var(--quiet)" opacity="0.4"/>`;
  }) +
    line(0, "M164 66c12-40 28-40 40 0s28 40 40 0 28-40 40 0") +
    `<path d="M172 116l8 8 14-18" fill="none" stroke="var(--good)" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/><path d="M236 108l14 14m0-14l-14 14" stroke="var(--bad)" stroke-width="4" stroke-linecap="round"/>`,
);

/** The picture of each page by its file. @type {Readonly<Record<string, string>>} */
export const pictures = {
  "race.html": race,
  "geometry.html": geometry,
  "digits.html": digits,
  "coordinates.html": coordinates,
  "node.html": node,
};
