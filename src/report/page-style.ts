import { themeDeclarations } from './palette.ts';

/** The style sheet of a report: the fonts of the system, one accent, light and dark as the reader has it, paper when printed. */
export const pageStyle = `
:root{${themeDeclarations('light')};color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{${themeDeclarations('dark')}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
header,main{max-width:808px;margin:0 auto;padding:0 24px}
header{padding-top:40px}
main{padding-bottom:64px}
.kicker{margin:0;color:var(--accent);font-size:13px;font-weight:600;letter-spacing:.04em}
h1{margin:4px 0 8px;font-size:30px;line-height:1.2;overflow-wrap:anywhere}
h2{margin:0 0 12px;font-size:19px;line-height:1.3}
.question{margin:0;font-size:18px;color:var(--muted)}
.answer{margin:24px 0;padding:2px 0 2px 18px;border-left:4px solid var(--accent)}
.answer p{margin:0 0 8px;overflow-wrap:anywhere}
.answer .lead{font-size:20px;line-height:1.4}
.basis,.note,figcaption,nav,.facts,details{font-size:14px}
.answer .basis,.note{color:var(--muted);margin-bottom:0}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:8px 24px;margin:24px 0}
.facts dt{color:var(--muted)}
.facts dd{margin:0;overflow-wrap:anywhere}
nav ol{margin:0 0 8px;padding-left:20px;columns:2;column-gap:24px}
a{color:var(--accent)}
section.figure,#decisions,#again,#parameters,#missing{margin-top:44px;padding-top:20px;border-top:1px solid var(--grid)}
figure{margin:0}
figure svg{display:block;max-width:100%;height:auto}
figcaption{margin-top:8px;color:var(--muted)}
figcaption b{color:var(--ink)}
.narrow{display:none}
details{margin-top:10px}
summary{cursor:pointer;color:var(--accent);padding:4px 0}
.scroll{overflow:auto;max-height:420px;border:1px solid var(--grid);border-radius:4px}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
th,td{padding:4px 10px;text-align:left;vertical-align:top}
td{overflow-wrap:anywhere;min-width:64px}
th{position:sticky;top:0;background:var(--paper);color:var(--muted);font-weight:600;white-space:nowrap}
tbody tr{border-top:1px solid var(--grid)}
.n{text-align:right;white-space:nowrap}
code,pre{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.9em}
pre{margin:0 0 8px;padding:12px;overflow:auto;border:1px solid var(--grid);border-radius:4px;font-size:13px}
pre code{font-size:1em}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:640px){
header,main{padding-left:16px;padding-right:16px}
.wide{display:none}.narrow{display:block}
nav ol{columns:1}
h1{font-size:25px}.answer .lead{font-size:18px}
}
@media print{
:root{${themeDeclarations('light')};color-scheme:light}
@page{margin:16mm}
body{font-size:11pt}
header,main{max-width:none;padding:0}
nav,details,#decisions{display:none}
#parameters details{display:block}
#parameters details::details-content{content-visibility:visible;block-size:auto}
#parameters .scroll{max-height:none;overflow:visible}
section.figure{break-inside:avoid}
.wide{display:block}.narrow{display:none}
pre{white-space:pre-wrap}
}
`.trim();
