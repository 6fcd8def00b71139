#!/usr/bin/env node
// Builds KWOK (https://kwok.sigs.k8s.io), which plays kubelets, from its Go module, for tests that replay scenarios on a real control plane,
// and prints the program's path. What is built already is not built again. `--if-built` builds nothing: it fails where it is not there.
// The version is pinned; Go holds what it downloads against its checksum database.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const VERSION = 'v0.8.0';
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const folder = join(cache, 'codeco-sim', 'kwok', VERSION.slice(1));
const program = join(folder, 'kwok');

if (!existsSync(program)) {
  if (process.argv.includes('--if-built')) {
    process.stderr.write(`not built: ${program}\n`);
    process.exit(1);
  }
  // Built beside its place and moved there, so that a build cut short leaves no half a program behind.
  const unfinished = join(folder, `.${process.pid}`);
  mkdirSync(unfinished, { recursive: true });
  try {
    execFileSync('go', ['install', '-trimpath', '-ldflags', '-s -w', `sigs.k8s.io/kwok/cmd/kwok@${VERSION}`], {
      stdio: ['ignore', 2, 2],
      env: {
        ...process.env,
        CGO_ENABLED: '0',
        GOBIN: unfinished,
        PATH: [process.env.PATH, '/usr/local/go/bin'].join(delimiter),
      },
    });
    renameSync(join(unfinished, 'kwok'), program);
  } catch (error) {
    process.stderr.write(
      error.code === 'ENOENT'
        ? 'Go is not installed: https://go.dev/dl (1.26 or later)\n'
        : `KWOK ${VERSION} was not built\n`,
    );
    process.exitCode = 1;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
if (process.exitCode === undefined) process.stdout.write(`${program}\n`);
