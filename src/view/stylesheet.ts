import { themeDeclarations } from '../report/index.ts';

/** The style sheet of a replay, in the colours of the report's pictures. */
export const stylesheet = `
:root{${themeDeclarations('light')};color-scheme:light}
@media (prefers-color-scheme:dark){:root:not([data-theme]){${themeDeclarations('dark')};color-scheme:dark}}
:root[data-theme=dark]{${themeDeclarations('dark')};color-scheme:dark}
*{box-sizing:border-box}
html,body{height:100%;margin:0}
body{display:grid;grid-template-columns:minmax(0,1fr);grid-template-rows:auto minmax(0,1fr) auto;background:var(--paper);color:var(--ink);font:14px/1.45 system-ui,sans-serif}
header{display:flex;align-items:baseline;gap:14px;padding:8px 14px;border-bottom:1px solid var(--grid)}
h1{margin:0;font-size:17px;white-space:nowrap}
h2{margin:0 0 4px;font-size:16px;overflow-wrap:anywhere}
h3{margin:16px 0 4px;font-size:13px;color:var(--muted);font-weight:600}
#description{flex:1;margin:0;min-width:0;color:var(--muted);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
main{display:grid;grid-template-columns:minmax(0,1fr) 380px;min-height:0}
#map{position:relative;overflow:hidden;touch-action:none;cursor:grab}
#map:active{cursor:grabbing}
canvas{position:absolute;inset:0;width:100%;height:100%}
#message{position:absolute;inset:auto 0 50% 0;margin:0 auto;width:fit-content;max-width:80%;padding:8px 14px;background:var(--paper);border:1px solid var(--grid);border-radius:6px}
#message:empty{display:none}
#zoom{position:absolute;top:10px;right:10px;display:flex;gap:4px}
#corner{position:absolute;top:10px;left:10px;display:grid;gap:6px;justify-items:start;pointer-events:none}
#facts,#waiting{padding:4px 10px;background:var(--paper);border:1px solid var(--grid);border-radius:6px;font-variant-numeric:tabular-nums}
#facts:empty{display:none}
#waiting div{display:flex;flex-wrap:wrap;align-items:center;gap:4px;max-width:250px;padding:2px 0}
#waiting span{font-weight:600;border-left:4px solid var(--s1);padding-left:6px}
#waiting button{min-width:0;min-height:0;width:15px;height:15px;padding:0;border-width:3px;border-radius:50%;pointer-events:auto}
#facts .bad{color:var(--ink);font-weight:600;border-left:4px solid var(--s1);padding-left:6px}
#legend{position:absolute;left:10px;bottom:10px;padding:4px 10px;background:var(--paper);border:1px solid var(--grid);border-radius:6px;max-height:calc(100% - 60px);overflow:auto}
#legend ul,#apps{list-style:none;margin:6px 0 2px;padding:0;max-width:260px}
#legend li,#apps div{display:flex;align-items:center;gap:8px}
.swatch{width:18px;height:14px;flex:none}
.k-node{fill:var(--paper);stroke:var(--s0);stroke-width:1.5}.k-use{fill:var(--s0)}
.k-down{fill:var(--paper);stroke:var(--s1);stroke-width:1.5}.k-cross{stroke:var(--s1);stroke-width:2;fill:none}
.k-ill{fill:var(--paper);stroke:var(--s4);stroke-width:1.8;stroke-dasharray:4 2}
.k-pod{fill:var(--s0)}.k-starting{fill:none;stroke:var(--s0);stroke-width:2}
.k-access{fill:var(--paper);stroke:var(--s2);stroke-width:1.8}
.k-user{fill:var(--s4)}.k-lost{fill:var(--paper);stroke:var(--s1);stroke-width:1.6}.k-request{fill:var(--accent)}
.k-link{stroke:var(--muted);stroke-width:1.6}.k-cut{stroke:var(--s1);stroke-width:2;stroke-dasharray:3 3}
.k-degraded{stroke:var(--s4);stroke-width:2;stroke-dasharray:6 3}.k-move{stroke:var(--s3);stroke-width:2;stroke-dasharray:2 2}
.k-island{fill:none;stroke:var(--s1);stroke-width:1.5;stroke-dasharray:4 3}
aside{display:grid;grid-template-rows:auto minmax(0,1fr);border-left:1px solid var(--grid);min-height:0}
[role=tablist]{display:flex;border-bottom:1px solid var(--grid)}
[role=tab]{flex:1;border:0;border-bottom:3px solid transparent;border-radius:0;background:none;padding:8px;font-weight:600;color:var(--muted)}
[role=tab][aria-selected=true]{color:var(--ink);border-bottom-color:var(--accent)}
[role=tabpanel]{overflow:auto;padding:10px 14px}
[hidden]{display:none!important}
button,input,summary{font:inherit;color:inherit}
button{min-height:32px;min-width:32px;padding:2px 9px;background:var(--paper);border:1px solid var(--muted);border-radius:6px;cursor:pointer}
button:hover{border-color:var(--accent)}
button svg{width:16px;height:16px;fill:currentColor;display:block;margin:auto}
summary{cursor:pointer}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
#map:focus-visible{outline-offset:-2px}
input[type=search]{width:100%;padding:6px 8px;margin:4px 0 8px;background:var(--paper);border:1px solid var(--muted);border-radius:6px}
button.row{display:flex;gap:10px;width:100%;min-height:0;border:0;border-radius:4px;padding:3px 4px;text-align:left;background:none;overflow-wrap:anywhere}
button.row:hover{background:var(--grid)}
button.row .when{flex:none;width:70px;color:var(--muted);font-variant-numeric:tabular-nums}
button.row .what{flex:1;min-width:0}
button.row.bad .what::before{content:"▾ ";color:var(--s1)}
button.row.good .what::before{content:"▴ ";color:var(--s2)}
button.row.coming .what{color:var(--muted)}
button.row.now{background:var(--grid)}
.now-mark{display:flex;align-items:center;gap:8px;margin:4px 0;color:var(--accent);font-weight:600;font-variant-numeric:tabular-nums}
.now-mark::after{content:"";flex:1;border-top:2px solid var(--accent)}
.quiet{color:var(--muted)}
.facts{display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin:6px 0}
.facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.kind{color:var(--muted);font-size:13px}
.chips{display:flex;flex-wrap:wrap;gap:4px}
.chips button{min-height:0;padding:1px 8px}
.spark{display:block;position:static;width:100%;height:54px}
.scroll{overflow:auto;max-height:320px;border:1px solid var(--grid);border-radius:4px}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
th,td{padding:3px 8px;text-align:left;vertical-align:top;white-space:nowrap}
td:last-child{white-space:normal;min-width:60px}
th{position:sticky;top:0;background:var(--paper);color:var(--muted)}
tr.chosen{font-weight:600;box-shadow:inset 4px 0 var(--accent)}
tbody tr{border-top:1px solid var(--grid)}
footer{display:grid;grid-template-columns:auto auto minmax(0,1fr) auto auto;align-items:center;gap:14px;padding:6px 14px;border-top:1px solid var(--grid)}
#buttons,#speeds{display:flex;align-items:center;gap:4px}
#play{min-width:44px;background:var(--accent);border-color:var(--accent);color:var(--paper)}
#play .pause,#play.playing .play{display:none}#play.playing .pause{display:block}
#time{min-width:150px;font-size:15px;font-variant-numeric:tabular-nums;white-space:nowrap}
#speed{min-width:62px;text-align:center;font-variant-numeric:tabular-nums}
#line{position:relative;height:46px}
#line canvas{height:28px;bottom:auto}
#scrub{position:absolute;left:-8px;right:-8px;width:calc(100% + 16px);bottom:0;height:18px;margin:0;accent-color:var(--accent)}
#help{position:relative}
#help[open] dl{position:absolute;right:0;bottom:34px;width:260px;margin:0;padding:10px 14px;background:var(--paper);border:1px solid var(--muted);border-radius:6px;z-index:2}
#help dl div{display:flex;gap:10px}#help dt{width:110px;font-weight:600}#help dd{margin:0}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;margin:0}
@media (max-width:860px){
main{grid-template-columns:minmax(0,1fr);grid-template-rows:minmax(0,3fr) minmax(0,2fr)}
aside{border-left:0;border-top:1px solid var(--grid)}
footer{grid-template-columns:auto minmax(0,1fr) auto;gap:8px}
#line{grid-column:1/-1;grid-row:2}#help{display:none}#time{min-width:0}
}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}
`.trim();
