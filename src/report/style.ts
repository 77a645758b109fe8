/** Style of the report pages: readable on screen, and on A4 paper. */
export const style = `
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto; max-width: 1180px; padding: 24px; }
h1 { font-size: 26px; margin: 0 0 4px; }
h2 { font-size: 20px; margin: 40px 0 10px; border-bottom: 1px solid #bbb; padding-bottom: 4px; }
h3 { font-size: 16px; margin: 26px 0 8px; }
p, ul { max-width: 860px; }
.notice { border: 1px solid #b00; padding: 8px 12px; max-width: 836px; }
.primary { border-left: 4px solid #0072b2; padding: 4px 14px; margin: 16px 0; }
nav { font-size: 13px; margin: 14px 0; } nav a { margin-right: 14px; white-space: nowrap; }
figure { margin: 18px 0; }
figure.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
.caption { font-size: 13px; font-weight: 600; margin: 0; padding: 4px 0; }
th, td { padding: 3px 8px; text-align: right; vertical-align: top; border-bottom: 1px solid #ddd; }
th:first-child { text-align: left; font-weight: 400; }
thead th { font-weight: 600; border-bottom: 2px solid #666; vertical-align: bottom; }
small { color: #444; font-size: 11px; white-space: nowrap; }
small.control { color: #8a4b00; }
tr.own th, tr.own td { background: #eef5fb; }
tr.quiet th, tr.quiet td { color: #555; }
figcaption { font-size: 12.5px; color: #333; max-width: 860px; margin-top: 4px; }
figure.chart svg { max-width: 100%; height: auto; }
.pass { color: #006b3c; font-weight: 600; } .fail { color: #b00000; font-weight: 600; }
.case { margin: 18px 0 26px; } .tiles { display: flex; flex-wrap: wrap; gap: 8px; }
.tile { width: 150px; font-size: 11.5px; } .tile img { width: 150px; display: block; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; font-size: 13px; } dd { margin: 0; overflow-wrap: anywhere; }
code { font-size: 12px; overflow-wrap: anywhere; }
@page { size: A4; margin: 12mm; }
@media print {
  body { font-size: 10pt; max-width: none; padding: 0; }
  nav { display: none; }
  h2, h3, .caption { break-after: avoid; }
  .caption { font-size: 8pt; }
  figure.table { overflow: visible; }
  table { font-size: 7.2pt; } th, td { padding: 1px 3px; } small { font-size: 6pt; }
  figcaption { font-size: 8pt; }
  tr, figure.chart, figure.short, .tile { break-inside: avoid; }
  tbody tr:first-child, tbody tr:nth-child(2), tbody tr:last-child, figcaption { break-before: avoid; }
  .case > p { break-after: avoid; }
  dl { font-size: 7.5pt; }
  thead { display: table-header-group; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .tiles { gap: 2mm; } .tile { font-size: 7pt; }
  .tile, .tile img { width: 29mm; }
}
`;
