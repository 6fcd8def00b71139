import type { Command } from 'commander';
import type { LoggedEvent } from '../../kernel/index.ts';
import { verifyResults, type Verification } from '../../verification.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatCount, formatDuration } from '../../format.ts';
import type { Io } from '../io.ts';
import { Progress } from '../progress.ts';
import { outputOption, printAs } from './options.ts';

/** `verify RESULTS…`: runs each again and compares digests. */
export function addVerifyCommand(program: Command, io: Io): void {
  const command = program
    .command('verify')
    .summary('run results again and compare: equal digests, equal runs')
    .description(
      'Runs the scenario of each results folder again and compares digests.\n' +
        'On a difference it names the first event that differs, and exits with status 1.\n\n' +
        'Example:\n  codeco-sim verify results/riverside-district',
    )
    .argument('<results...>', 'results folders')
    .option('-q, --quiet', 'no progress');
  outputOption(command);
  command.action((folders: readonly string[], flags: { quiet?: boolean; output?: string }) => {
    const verifications = folders.map((folder) => {
      const progress = new Progress(io, `verifying ${folder}`, flags.quiet === true);
      const verification = verifyResults(folder, { progress: (fraction) => progress.update(fraction) });
      progress.done();
      if (flags.output === undefined) io.out(formatVerification(folder, verification));
      return { folder, ...verification };
    });
    if (flags.output !== undefined) printAs(io, flags.output, verifications, () => verifications.map(asRow));
    if (verifications.some(({ same }) => !same)) process.exitCode = exitCodes.differs;
  });
}

function asRow(verification: Verification & { readonly folder: string }): Record<string, unknown> {
  const { folder, same, digest } = verification;
  if (verification.same) return { folder, same, digest, recorded_digest: digest };
  const { recordedDigest, tables, range } = verification;
  return { folder, same, digest, recorded_digest: recordedDigest, tables: tables.join(' '), first_event: range?.from };
}

function formatVerification(folder: string, verification: Verification): string {
  if (verification.same)
    return `${folder}: same, digest ${verification.digest} (${formatCount(verification.events)} events)\n`;
  const {
    recordedDigest,
    digest,
    recordedBy,
    repeatedBy,
    tables,
    facts,
    range,
    events = [],
    nondeterminism,
  } = verification;
  const lines = [`${folder}: DIFFERENT, recorded digest ${recordedDigest}, repeated ${digest}`];
  if (recordedBy !== repeatedBy) lines.push(`  recorded by codeco-sim ${recordedBy}, repeated by ${repeatedBy}`);
  if (tables.length > 0) lines.push(`  tables that differ: ${tables.join(', ')}`);
  if (facts.length > 0) lines.push(`  facts of the manifest that differ: ${facts.join(', ')}`);
  if (nondeterminism !== undefined) {
    const { index, left, right, previous } = nondeterminism;
    lines.push(
      `  not deterministic: two repetitions differ from each other, first at event ${formatCount(index)}`,
      `    one repetition:    ${formatEvent(left)}`,
      `    the other:         ${formatEvent(right)}`,
      `    the event before:  ${formatEvent(previous)}`,
    );
  } else if (range === undefined) {
    lines.push(
      tables.length > 0
        ? '  every event is the same: only what was recorded of them differs'
        : '  every event and every row is the same: the manifest is not the one of this run',
    );
  } else if (events.length <= 1) {
    lines.push(`  first event that differs: event ${formatCount(range.from)}`, `    now:  ${formatEvent(events[0])}`);
  } else {
    lines.push(
      `  first event that differs: one of events ${formatCount(range.from)} to ${formatCount(range.to - 1)}; now they are`,
      ...events.slice(0, 20).map((event) => `    ${formatCount(event.index)}  ${formatEvent(event)}`),
      ...(events.length > 20 ? [`    … and ${events.length - 20} more`] : []),
    );
  }
  return `${lines.join('\n')}\n`;
}

function formatEvent(event: LoggedEvent | undefined): string {
  if (event === undefined) return 'none: the run had ended';
  return `${event.handler}(${event.a}, ${event.b}) at ${formatDuration(event.time)} (${event.time} ns)`;
}
