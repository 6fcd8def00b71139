import { escape } from '../report/index.ts';

const icon = (path: string): string => `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
const icons = {
  play: 'M4 2.5v11l9.5-5.5z',
  pause: 'M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z',
  before: 'M2.5 2.5h2v11h-2zM13.5 2.5v11L5 8z',
  after: 'M11.5 2.5h2v11h-2zM2.5 2.5v11L11 8z',
};

const swatch = (mark: string): string => `<svg viewBox="0 0 18 14" class="swatch" aria-hidden="true">${mark}</svg>`;
const legend: readonly (readonly [mark: string, label: string])[] = [
  [
    '<rect x="3" y="1" width="12" height="12" class="k-node"/><rect x="3" y="9" width="8" height="4" class="k-use"/>',
    'node, CPU in use',
  ],
  [
    '<rect x="3" y="1" width="12" height="12" class="k-down"/><path d="M4 2l10 10M14 2L4 12" class="k-cross"/>',
    'node that is down',
  ],
  ['<rect x="3" y="1" width="12" height="12" class="k-ill"/>', 'node that is slow, unreachable or not ready'],
  ['<circle cx="9" cy="7" r="4" class="k-pod"/>', 'pod that is ready (colour: application)'],
  ['<circle cx="9" cy="7" r="3.5" class="k-starting"/>', 'pod that starts, or (upper left) has no node'],
  ['<path d="M9 1l6 11H3z" class="k-access"/>', 'access point and its range'],
  ['<circle cx="9" cy="7" r="3" class="k-user"/>', 'user'],
  ['<circle cx="9" cy="7" r="3" class="k-lost"/>', 'user out of range'],
  ['<circle cx="9" cy="7" r="2.5" class="k-request"/>', 'request, there and back'],
  ['<path d="M5 3l8 8M13 3l-8 8" class="k-cross"/>', 'request that fails'],
  ['<path d="M1 7h16" class="k-link"/>', 'link, the thicker the busier'],
  ['<path d="M1 7h16" class="k-cut"/>', 'link that is cut'],
  ['<path d="M1 7h16" class="k-degraded"/>', 'link that is degraded'],
  ['<path d="M1 7h16" class="k-move"/>', 'migration'],
  ['<rect x="1" y="1" width="16" height="12" rx="3" class="k-island"/>', 'cut off from the hub'],
];

const keys: readonly (readonly [keys: string, does: string])[] = [
  ['Space', 'play or pause'],
  ['← →', 'back, forward'],
  ['[ ]', 'event before, after'],
  ['+ −', 'faster, slower'],
  ['Home End', 'start, end'],
  ['Shift + arrows', 'move the map'],
  ['z x 0', 'nearer, farther, all'],
  ['/', 'find a thing'],
  ['Esc', 'choose nothing'],
];

/** The page of a replay: what it shows is filled in by its modules. Nothing is fetched from elsewhere: its policy forbids it. */
export const indexPage = (name: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'">
<title>${escape(name)} · replay</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css">
<script src="arrow.js" defer></script>
<script type="module" src="view/page/main.js"></script>
</head>
<body>
<header>
<h1>${escape(name)}</h1>
<p id="description"></p>
<button id="theme" type="button">Dark</button>
</header>
<main>
<div id="map" role="application" aria-label="Map of the run" aria-describedby="state" tabindex="0">
<canvas id="ground" aria-hidden="true"></canvas>
<canvas id="traffic" aria-hidden="true"></canvas>
<canvas id="things" aria-hidden="true"></canvas>
<canvas id="life" aria-hidden="true"></canvas>
<div id="zoom"><button id="nearer" type="button" aria-label="nearer">+</button><button id="farther" type="button" aria-label="farther">−</button><button id="all" type="button">All</button></div>
<div id="corner"><div id="facts" aria-hidden="true"></div><div id="waiting" role="group" aria-label="pods without a node" hidden></div></div>
<details id="legend"><summary>Legend</summary><ul>
${legend.map(([mark, label]) => `<li>${swatch(mark)}${label}</li>`).join('\n')}
</ul><div id="apps"></div></details>
<p id="message" role="status">Reading the run …</p>
</div>
<aside>
<div role="tablist" aria-label="Views">
<button role="tab" id="tab-events" aria-controls="panel-events" aria-selected="true" type="button">Events</button>
<button role="tab" id="tab-things" aria-controls="panel-things" aria-selected="false" tabindex="-1" type="button">Things</button>
<button role="tab" id="tab-details" aria-controls="panel-details" aria-selected="false" tabindex="-1" type="button">Details</button>
</div>
<section role="tabpanel" id="panel-events" aria-labelledby="tab-events" tabindex="0"></section>
<section role="tabpanel" id="panel-things" aria-labelledby="tab-things" hidden>
<label for="search">Find a cluster, node, pod, link, access point, user or application</label>
<input id="search" type="search" autocomplete="off" spellcheck="false">
<div id="found"></div>
</section>
<section role="tabpanel" id="panel-details" aria-labelledby="tab-details" tabindex="0" hidden><p class="quiet">Nothing is chosen: click on the map, or choose from Things.</p></section>
</aside>
</main>
<footer>
<div id="buttons">
<button id="before" type="button" aria-label="event before">${icon(icons.before)}</button>
<button id="play" type="button" aria-label="play">${icon(icons.play).replace('<svg', '<svg class="play"')}${icon(icons.pause).replace('<svg', '<svg class="pause"')}</button>
<button id="after" type="button" aria-label="event after">${icon(icons.after)}</button>
</div>
<output id="time"></output>
<div id="line"><canvas id="timeline" aria-hidden="true"></canvas><input id="scrub" type="range" min="0" max="1000" step="1" value="0" aria-label="time"></div>
<div id="speeds"><button id="slower" type="button" aria-label="slower">−</button><output id="speed"></output><button id="faster" type="button" aria-label="faster">+</button></div>
<details id="help"><summary>Keys</summary><dl>${keys.map(([key, does]) => `<div><dt>${key}</dt><dd>${does}</dd></div>`).join('')}</dl></details>
</footer>
<p id="state" class="unseen" aria-live="polite"></p>
</body>
</html>
`;
