#!/usr/bin/env node
// Builds real Kubernetes components (etcd, kube-apiserver, kube-scheduler, kube-controller-manager) from their Go modules, for tests against
// a real control plane, and prints the folder that holds them: the value of KUBEBUILDER_ASSETS that such tests look for.
// What is built already is not built again. `--if-built` builds nothing: it prints the folder where it is complete, and fails otherwise.
// The module in scripts/kubernetes-components pins every source by its checksum; as Kubernetes itself keeps its staging modules beside it,
// that module repeats their `replace` lines by version.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const module = join(import.meta.dirname, 'kubernetes-components');
const pinned = readFileSync(join(module, 'go.mod'), 'utf8');
const versionOf = (name) => pinned.split('\n').find((line) => line.trim().startsWith(`${name} v`))?.trim().split(' ')[1]; // prettier-ignore
const kubernetes = versionOf('k8s.io/kubernetes');
const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(kubernetes);

const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const folder = join(cache, 'codeco-sim', 'kubernetes', kubernetes.slice(1));
const packages = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
};

// Components ask their own version for the defaults of their features, and a build outside their repository knows none.
const stamp = { gitVersion: kubernetes, gitMajor: major, gitMinor: minor, gitTreeState: 'archive' };
const linking = ['-s', '-w'];
for (const place of ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'])
  for (const [name, value] of Object.entries(stamp)) linking.push('-X', `${place}.${name}=${value}`);

const missing = Object.keys(packages).filter((name) => !existsSync(join(folder, name)));
if (missing.length > 0 && process.argv.includes('--if-built')) {
  process.stderr.write(`not built in ${folder}: ${missing.join(', ')}\n`);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
for (const name of missing) {
  const began = Date.now();
  // Built beside its place and moved there, so that a build cut short leaves no half a program behind.
  const unfinished = join(folder, `.${name}.${process.pid}`);
  try {
    execFileSync('go', ['build', '-trimpath', '-ldflags', linking.join(' '), '-o', unfinished, packages[name]], {
      cwd: module,
      stdio: ['ignore', 2, 2],
      env: {
        ...process.env,
        CGO_ENABLED: '0',
        PATH: [process.env.PATH, '/usr/local/go/bin'].join(delimiter),
      },
    });
  } catch (error) {
    process.stderr.write(
      error.code === 'ENOENT'
        ? 'Go is not installed: https://go.dev/dl (1.26 or later)\n'
        : `${name} ${kubernetes} was not built\n`,
    );
    process.exit(1);
  }
  renameSync(unfinished, join(folder, name));
  process.stderr.write(`${name} built in ${Math.round((Date.now() - began) / 1000)} s\n`);
}
process.stdout.write(`${folder}\n`);
