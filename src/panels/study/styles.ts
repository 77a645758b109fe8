import { rootClass } from '../styles';

const css = `
.${rootClass}.xp-cover {
  position: fixed; inset: 0; width: 100vw; height: 100vh; max-width: none; max-height: none; margin: 0; border: 0; padding: 0;
  background: hsl(var(--background, 0 0% 0%)); font-size: 16px;
}
.${rootClass}.xp-cover:not([open]) { display: none; }
.${rootClass} .xp-cover-page { max-width: 44rem; margin: 0 auto; padding: 12vh 1.5rem 2rem; display: flex; flex-direction: column; gap: 16px; }
.${rootClass} .xp-cover-page h2 { font-size: 22px; margin: 0; }
.${rootClass} .xp-cover-page button.xp-main { flex: none; align-self: flex-start; min-width: 12rem; }
.${rootClass} .xp-cover-page form { display: flex; flex-direction: column; gap: 10px; }
.${rootClass} .xp-question { font-size: 18px; }
.${rootClass} .xp-scale { border: 0; margin: 0; padding: 0; min-width: 0; }
.${rootClass} .xp-scale legend { font-weight: 600; padding: 0 0 4px; }
.${rootClass} input[type="radio"] { accent-color: var(--accent); width: 17px; height: 17px; margin: 0; flex: none; }
.${rootClass} input[type="text"] {
  background: var(--bg); color: var(--text); border: 1px solid var(--line); border-radius: 5px; font: inherit; padding: 6px 8px;
  min-height: var(--touch); width: 16rem; max-width: 100%; display: block; margin-top: 4px;
}
.${rootClass} input[type="range"].xp-unset { appearance: none; height: 6px; border-radius: 3px; background: var(--line); }
.${rootClass} input[type="range"].xp-unset::-webkit-slider-thumb { appearance: none; width: 0; height: 0; }
.${rootClass} input[type="range"].xp-unset::-moz-range-thumb { visibility: hidden; }
.${rootClass} .xp-give { position: sticky; bottom: 0; z-index: 1; padding: 8px 0; background: var(--bg); }
`;

/** Adds the styles of study mode to the page once, after those of the panel. */
export function ensureStudyStyles(page: Document): void {
  const id = `${rootClass}-study-styles`;
  if (page.getElementById(id)) return;
  const style = page.createElement('style');
  style.id = id;
  style.textContent = css;
  page.head.append(style);
}
