// Makes a fresh clone ready: installs the dependencies that are missing and builds what is stale. Plain JavaScript
// with no dependency, since it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const minimum = [20, 19];
const version = process.versions.node.split('.').map(Number);
if (version[0] < minimum[0] || (version[0] === minimum[0] && version[1] < minimum[1])) {
  console.error(`codeco-sim needs Node.js ${minimum.join('.')} or newer; this is ${process.version}`);
  process.exit(2);
}

const modifiedMs = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function newestMs(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return newest;
}

function npm(...args) {
  console.error(`> npm ${args.join(' ')}`);
  const { status } = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(3);
}

const installed = join(root, 'node_modules', '.package-lock.json');
const built = join(root, 'dist', 'cli', 'main.js');
// `npm ci` builds too, by the package's prepare script
if (modifiedMs(installed) < modifiedMs(join(root, 'package-lock.json'))) npm('ci', '--no-audit', '--no-fund');
if (modifiedMs(built) < Math.max(newestMs(join(root, 'src')), modifiedMs(join(root, 'tsconfig.json'))))
  npm('run', 'build');
