/**
 * Styles of panel and button, scoped under one root class. Colours come from OHIF's theme variables, so that the panel
 * follows the theme in use; the fallbacks are those of the default dark theme. Class names carry a prefix, since the
 * host's global styles know such names as `row`.
 */
export const rootClass = 'ohif-explain';

const css = `
.${rootClass} {
  position: relative;
  --bg: hsl(var(--background, 0 0% 0%));
  --card-bg: hsl(var(--muted, 234 64% 10%));
  --line: hsl(var(--input, 217 79% 24%));
  --text: hsl(var(--foreground, 0 0% 98%));
  --dim: hsl(var(--muted-foreground, 200 46% 65%));
  --accent: hsl(var(--primary, 214 98% 60%));
  --touch: 40px;
  --good: #5fd38d; --bad: #ff7a70; --amber: #ffb300;
  color: var(--text); background: var(--bg);
  font: 400 13px/1.4 Inter, system-ui, sans-serif;
  height: 100%; overflow-y: auto; overflow-x: hidden; scrollbar-width: thin;
  padding: 6px; box-sizing: border-box; text-align: left;
}
.${rootClass} *, .${rootClass} *::before { box-sizing: border-box; }
.${rootClass} p, .${rootClass} ul { margin: 0; }
.${rootClass} section { background: var(--card-bg); border-radius: 6px; padding: 9px 10px; margin-bottom: 6px; }
.${rootClass} h2 { font-size: 14px; font-weight: 600; margin: 2px 4px 8px; }
.${rootClass} h3 { font-size: 12px; font-weight: 600; margin: 0 0 6px; color: var(--dim); }
.${rootClass} .xp-row { display: flex; align-items: center; gap: 8px; min-height: 26px; }
.${rootClass} .xp-row > .xp-grow { flex: 1; min-width: 0; }
.${rootClass} .xp-row > button:not(.xp-main) { flex: 0 1 auto; }
.${rootClass} .xp-between { justify-content: space-between; }
.${rootClass} .xp-dim { color: var(--dim); font-size: 12px; min-width: 0; overflow-wrap: anywhere; hyphens: auto; }
.${rootClass} .xp-hidden { visibility: hidden; position: relative; } /* its room stays, so that nothing jumps */
.${rootClass} .xp-hidden > .xp-hidden-note { visibility: visible; position: absolute; inset: 9px 10px auto; }
.${rootClass} .xp-hint { margin-top: 6px; }
.${rootClass} .xp-num { font-variant-numeric: tabular-nums; }
.${rootClass} .xp-notice { color: var(--amber); font-weight: 600; font-size: 12px; }
.${rootClass} .xp-alert { border-left: 3px solid var(--bad); font-size: 12.5px; overflow-wrap: anywhere; white-space: pre-line; }
.${rootClass} .xp-alert.xp-caution { border-left-color: var(--amber); }
.${rootClass} .xp-alert.xp-info { border-left-color: var(--good); }
.${rootClass} .xp-alert ul { margin: 4px 0 0; padding-left: 16px; list-style: disc; }
.${rootClass} details.xp-alert > summary { cursor: pointer; }
.${rootClass} button {
  appearance: none; border: 1px solid var(--line); border-radius: 5px; background: transparent; color: var(--text);
  font: inherit; padding: 4px 10px; cursor: pointer; min-height: var(--touch); min-width: var(--touch); max-width: 100%;
}
.${rootClass} button:hover:not(:disabled) { border-color: var(--accent); }
.${rootClass} button:disabled { opacity: .45; cursor: not-allowed; }
.${rootClass} button.xp-main { background: var(--accent); border-color: var(--accent); color: #04122b; font-weight: 600; flex: 1; }
.${rootClass} button.xp-main:hover:not(:disabled) { filter: brightness(1.1); }
.${rootClass} button[aria-pressed="true"] { background: var(--amber); border-color: var(--amber); color: #1a1200; font-weight: 600; }
.${rootClass} :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.${rootClass} select, .${rootClass} textarea, .${rootClass} input[type="text"], .${rootClass} input[type="number"] {
  background: var(--bg); color: var(--text); border: 1px solid var(--line); border-radius: 5px; font: inherit;
  padding: 3px 6px; min-height: var(--touch); width: 100%; min-width: 0; text-overflow: ellipsis;
}
.${rootClass} input[type="number"] { width: 62px; }
.${rootClass} input[type="range"] { width: 100%; height: var(--touch); accent-color: var(--accent); margin: 0; cursor: pointer; }
.${rootClass} input[type="checkbox"] { accent-color: var(--accent); width: 15px; height: 15px; margin: 0; cursor: pointer; flex: none; }
.${rootClass} label.xp-check { display: flex; align-items: center; gap: 8px; min-height: var(--touch); cursor: pointer; }
.${rootClass} label.xp-field { display: block; }
.${rootClass} label.xp-field > span { display: flex; justify-content: space-between; gap: 8px; font-size: 12px; color: var(--dim); margin-top: 4px; }
.${rootClass} label.xp-field > span b { color: var(--text); font-weight: 500; }
.${rootClass} .xp-score { font-size: 26px; line-height: 1.1; font-weight: 600; }
.${rootClass} .xp-bar { position: relative; height: 12px; border-radius: 6px; background: var(--bg); margin: 8px 0 25px; }
.${rootClass} .xp-bar i { position: absolute; inset: 0 auto 0 0; border-radius: 6px; background: var(--accent); }
.${rootClass} .xp-bar i.xp-positive { background: #ff8f4d; }
.${rootClass} .xp-bar u { position: absolute; top: -4px; bottom: -4px; width: 2px; margin-left: -1px; background: #fff; }
.${rootClass} .xp-bar em { position: absolute; top: 17px; font-size: 11px; font-style: normal; color: var(--dim); white-space: nowrap; }
.${rootClass} .xp-verdict { font-weight: 600; margin-bottom: 6px; }
.${rootClass} .xp-label-group { margin: 8px 0 2px; font-weight: 600; }
.${rootClass} button.xp-label { position: relative; display: flex; align-items: center; gap: 8px; width: 100%; padding: 2px 8px 6px; margin-top: 3px; text-align: left; }
.${rootClass} button.xp-label > .xp-grow { flex: 1; min-width: 0; overflow-wrap: anywhere; line-height: 1.15; }
.${rootClass} button.xp-label > .xp-same { color: var(--dim); }
.${rootClass} button.xp-label > .xp-moved { color: var(--bad); font-weight: 700; }
.${rootClass} button.xp-label > i { position: absolute; left: 0; bottom: 0; height: 4px; background: var(--accent); border-radius: 0 2px 2px 4px; }
.${rootClass} button.xp-label > i[data-found="true"] { background: #ff8f4d; }
.${rootClass} button.xp-label > u { position: absolute; bottom: 0; height: 8px; width: 2px; margin-left: -1px; background: #fff; }
.${rootClass} button.xp-label[aria-pressed="true"] { background: transparent; color: var(--text); border-color: var(--amber); box-shadow: inset 3px 0 0 var(--amber); }
.${rootClass} button.xp-label[aria-pressed="true"] > .xp-moved { color: var(--good); }
.${rootClass} .xp-check-line { display: flex; gap: 7px; font-size: 12.5px; padding: 2px 0; }
.${rootClass} .xp-check-line.xp-ok::before { content: "✓"; color: var(--good); font-weight: 700; }
.${rootClass} .xp-check-line.xp-no::before { content: "✕"; color: var(--bad); font-weight: 700; }
.${rootClass} .xp-check-line.xp-no { color: var(--bad); font-weight: 600; }
.${rootClass} .xp-caution-line { border-left: 3px solid var(--amber); padding: 1px 0 1px 8px; margin: 6px 0; font-size: 12.5px; }
.${rootClass} .xp-progress { height: 4px; background: var(--bg); border-radius: 2px; overflow: hidden; margin-top: 8px; }
.${rootClass} .xp-progress i { display: block; height: 100%; background: var(--accent); transition: width .2s; }
.${rootClass} .xp-progress.xp-unknown i { width: 35%; animation: ohif-explain-run 1.3s infinite ease-in-out; }
.${rootClass} .xp-colour-bar { height: 10px; border-radius: 3px; border: 1px solid var(--line); background: linear-gradient(to right, #666, #666); margin-top: 8px; overflow: hidden; }
.${rootClass} .xp-colour-bar i { display: block; height: 100%; }
.${rootClass} .xp-hatched { flex: none; width: 28px; height: 18px; border: 1px solid var(--line); background: repeating-linear-gradient(135deg, #000 0 2px, #fff 2px 4px, #666 4px 9px); }
.${rootClass} .xp-buttons { display: flex; flex-wrap: wrap; gap: 6px; }
.${rootClass} .xp-buttons > button { flex: 1 1 auto; }
.${rootClass} .xp-only-heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.${rootClass} summary { cursor: pointer; font-weight: 600; min-height: 28px; }
.${rootClass} .xp-help { list-style: none; padding: 0; margin: 8px 0; }
.${rootClass} .xp-help li { display: flex; gap: 8px; margin-bottom: 8px; align-items: flex-start; }
.${rootClass} .xp-help img { flex: none; border: 1px solid var(--line); }
.${rootClass} details ul { list-style: disc; padding-left: 16px; }
.${rootClass} table { width: 100%; border-collapse: collapse; font-size: 12px; margin-top: 6px; }
.${rootClass} td { padding: 1px 0; color: var(--dim); }
.${rootClass} td + td { text-align: right; color: var(--text); font-variant-numeric: tabular-nums; }
@keyframes ohif-explain-run { from { transform: translateX(-100%); } to { transform: translateX(300%); } }
@media (prefers-reduced-motion: reduce) { .${rootClass} .xp-progress.xp-unknown i { animation: none; width: 100%; opacity: .5; } }

.${rootClass}-button {
  appearance: none; display: inline-flex; align-items: center; justify-content: center; gap: 6px; height: 40px; min-width: 40px; padding: 0 11px; margin: 0 4px;
  border: 1px solid hsl(var(--primary, 214 98% 60%) / .55); border-radius: 8px; background: transparent; cursor: pointer;
  color: hsl(var(--highlight, 194 94% 60%)); font: 500 13px/1 Inter, system-ui, sans-serif; white-space: nowrap;
}
.${rootClass}-button:hover { background: hsl(var(--primary, 214 98% 60%) / .18); }
.${rootClass}-button:focus-visible { outline: 2px solid hsl(var(--primary, 214 98% 60%)); outline-offset: 1px; }
.${rootClass}-button[aria-busy="true"] svg { animation: ohif-explain-pulse 1s infinite alternate; }
/* The host centres its tools over the width of the page, and Undo comes to lie over the last of them. */
@media (max-width: 1040px) { .${rootClass}-button { padding: 0; } .${rootClass}-button > span { display: none; } }
@media (max-width: 940px) { .${rootClass}-button { min-width: 22px; margin: 0; transform: translateX(-8px); } }
/* The host takes icons of its own alone for a tab; the lungs are cut out of its place, without a picture to be fetched. */
[data-cy="explain-btn"] svg { visibility: hidden; }
[data-cy="explain-btn"] { position: relative; }
[data-cy="explain-btn"]::before {
  content: ""; position: absolute; left: 50%; top: 50%; width: 24px; height: 24px; transform: translate(-50%, -50%);
  background: hsl(var(--primary, 214 98% 60%)); pointer-events: none;
  clip-path: path("M11.200 2h1.600v8.300h-1.600zM9.600 6.500C6 7 3 11.500 3 17c0 3.500 1.600 5 3.600 4.400 2.300-.7 3-2.200 3-5zM14.400 6.500C18 7 21 11.500 21 17c0 3.500-1.600 5-3.600 4.400-2.300-.7-3-2.200-3-5z");
}
@keyframes ohif-explain-pulse { from { opacity: 1; } to { opacity: .3; } }
`;

/** Adds the styles to the page once. */
export function ensureStyles(document: Document): void {
  const id = `${rootClass}-styles`;
  if (document.getElementById(id)) return;
  const style = document.createElement('style');
  style.id = id;
  style.textContent = css;
  document.head.append(style);
}
