/**
 * The command that makes one run of a sweep again, alone.
 * @param scenario file, as it can be given to `codeco-sim run`
 * @param sets assignments of the sweep's own command line, before the cell's values
 */
export function commandOf(
  scenario: string,
  values: Readonly<Record<string, unknown>>,
  seed: number,
  { set, allow }: { readonly set: readonly string[]; readonly allow: readonly string[] },
): string {
  const assignments = [...set, ...Object.entries(values).map(([path, value]) => `${path}=${asYaml(value)}`)];
  return [
    'codeco-sim run',
    quoted(scenario),
    ...assignments.map((assignment) => `--set ${quoted(assignment)}`),
    `--seed ${seed}`,
    ...allow.map((folder) => `--allow ${quoted(folder)}`),
  ].join(' ');
}

/** A value as the option takes it: plain where YAML reads it as this text again. */
function asYaml(value: unknown): string {
  const isPlain = typeof value === 'string' && /^[A-Za-z0-9][\w./%-]*$/.test(value) && Number.isNaN(Number(value));
  return isPlain && !/^(true|false|null|0[xo].*)$/i.test(value) ? value : JSON.stringify(value);
}

/** A word of a POSIX shell. */
const quoted = (word: string): string => (/^[\w./=:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
