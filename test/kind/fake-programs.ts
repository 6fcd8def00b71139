import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs of the real border that are not there where tests run, faked: each writes down its call and answers by rules. */
export class FakePrograms {
  readonly folder = mkdtempSync(join(tmpdir(), 'codeco-sim-kind-'));
  readonly #log = join(this.folder, 'calls');

  /** @param rules by program: lines of a POSIX shell's `case "$*" in`, tried in order */
  constructor(rules: Readonly<Record<string, readonly string[]>>) {
    const bin = join(this.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(this.#log, '');
    for (const [program, cases] of Object.entries(rules)) {
      const file = join(bin, program);
      writeFileSync(
        file,
        `#!/bin/sh\necho "${program} $*" >>'${this.#log}'\ncase "$*" in\n${cases.join('\n')}\n*) cat >/dev/null ;;\nesac\n`,
      );
      chmodSync(file, 0o755);
    }
  }

  /** The environment in which these programs, and no others that are tried, are found. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, PATH: `${join(this.folder, 'bin')}:/bin` };
  }

  /** Every call so far. */
  get calls(): string[] {
    return readFileSync(this.#log, 'utf8').split('\n').filter(Boolean);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
