import { median } from 'd3-array';
import type { PathConditions } from '../../dynamics/index.ts';
import type { ReplayFacts } from '../../results/index.ts';
import { ClusterError } from '../cluster-error.ts';
import type { NetworkWay } from '../replay-step.ts';
import type { ContainerRuntime } from '../runtime.ts';
import type { ShaperName } from '../shaping.ts';
import { CommandFailed, runCommand, type ShellCommand } from '../shell-command.ts';

export interface Measured {
  readonly rttNs: number;
  readonly bandwidthBps: number;
}

export interface PreflightOptions {
  readonly runtime: ContainerRuntime;
  readonly shaper: ShaperName;
  /** Share by which what is measured may differ from what was asked for. */
  readonly tolerance: number;
  readonly addressOf: (way: NetworkWay) => Promise<string>;
  readonly said: (text: string) => void;
}

/** Of the sender, where nothing else listens. */
const PORT = 17979;
/** Ways that are measured at most, evenly chosen: each takes about 3 s. Own design. */
const MOST_WAYS = 30;
/** A way that is off is measured so often at most: a machine that is busy for a moment is not the network. Own design. */
const MOST_TRIES = 3;
/** A round trip is never told more exactly: what containers and a busy machine add. Own design. */
const LEAST_RTT_TOLERANCE_NS = 1e6;
/** What TCP carries of a full frame: 1514 bytes with the link's header, as htb counts them, hold 1448 beside IP, TCP and its time stamps. */
const GOODPUT = 1448 / 1514;

/**
 * Sends for whoever connects and asks. Perl is part of every Debian (perl-base is essential), and so of kind's node images, which have neither
 * ping nor a program that listens.
 */
const SENDER = `use IO::Socket::INET; $SIG{PIPE}='IGNORE'; alarm 20;
my $l=IO::Socket::INET->new(Listen=>5,LocalPort=>${PORT},ReuseAddr=>1,Proto=>'tcp') or die "cannot listen: $!\\n";
while (my $c=$l->accept) { sysread($c,my $asked,1) or next; my $zeros="\\0" x 65536; 1 while syswrite($c,$zeros); exit }`;

/**
 * Five round trips, as the kernel measures them while it connects (tcpi_rtt of TCP_INFO, in microseconds: tcp(7), linux/tcp.h), then what comes in
 * from half a second to two seconds after the first byte, by the clock of /proc/uptime.
 */
const RECEIVER = `use IO::Socket::INET; alarm 20; my @rtt;
sub now { open my $f,'<','/proc/uptime'; (split ' ',<$f>)[0] }
sub reach { for (1..50) { my $s=IO::Socket::INET->new(PeerAddr=>$ARGV[0],PeerPort=>${PORT},Proto=>'tcp',Timeout=>2); return $s if $s; select(undef,undef,undef,0.1) } die "cannot connect to $ARGV[0]: $!\\n" }
for (1..5) { my $s=reach(); push @rtt, unpack('x68 L',getsockopt($s,6,11)); close $s }
my $s=reach(); syswrite($s,'b'); my ($bytes,$first,$from,$to)=(0);
while (sysread($s,my $piece,65536)) { my $t=now(); $first//=$t; next if $t-$first<0.5; if (defined $from) { $bytes+=length $piece; $to=$t } else { $from=$t }; last if $t-$first>=2 }
die "nothing came\\n" unless defined $to && $to>$from; printf "%s %d %.2f\\n", join(',',@rtt), $bytes, $to-$from`;

const perl = (
  runtime: ContainerRuntime,
  container: string,
  script: string,
  ...args: readonly string[]
): ShellCommand => ({
  program: runtime,
  args: ['exec', container, 'perl', '-e', script, ...args],
});

/** Measures a way: what its end receives from its beginning. @throws {CommandFailed} if nothing comes through */
export async function measureWay(
  runtime: ContainerRuntime,
  { from, to }: Pick<NetworkWay, 'from' | 'to'>,
  address: string,
  signal: AbortSignal,
): Promise<Measured> {
  const over = new AbortController();
  const sending = runCommand(perl(runtime, from, SENDER), AbortSignal.any([signal, over.signal])).catch(
    (error: unknown) => error,
  );
  try {
    const [trips, bytes, seconds] = (await runCommand(perl(runtime, to, RECEIVER, address), signal)).trim().split(' ');
    const rttUs = median(trips!.split(',').map(Number))!;
    return { rttNs: rttUs * 1000, bandwidthBps: (8 * Number(bytes)) / Number(seconds) };
  } finally {
    over.abort();
    await sending;
  }
}

/** A way that was measured, between nodes as the cluster calls them. */
export type MeasuredLink = NonNullable<ReplayFacts['links']>[number];

/**
 * Measures ways between containers after they have been shaped. A round trip is that of both directions; of a way that loses packets the rate
 * is looked at from above alone, as TCP slows down there. Own design.
 * @returns each beside what it is to be
 * @throws {ClusterError} naming each that is off by more than the tolerance
 */
export async function preflight(
  ways: readonly NetworkWay[],
  { runtime, shaper, tolerance, addressOf, said }: PreflightOptions,
  signal: AbortSignal,
): Promise<MeasuredLink[]> {
  const open = ways.filter(({ conditions }) => conditions !== undefined && conditions.bandwidthBps >= 8);
  const chosen = open.filter(
    (_, index) => Math.floor((index * MOST_WAYS) / open.length) !== Math.floor(((index - 1) * MOST_WAYS) / open.length),
  );
  const wrong: string[] = [];
  const links: MeasuredLink[] = [];
  for (const way of chosen) {
    const back = ways.find(({ from, to }) => from === way.to && to === way.from)?.conditions;
    let verdict: Judgement;
    try {
      const address = await addressOf(way);
      let tries = 0;
      do {
        verdict = judge(way.conditions!, back, await measureWay(runtime, way, address, signal), shaper, tolerance);
        said(`${way.from} to ${way.to}: ${verdict.text}`);
        tries += 1;
      } while (verdict.isOff && tries < MOST_TRIES);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      wrong.push(`${way.from} to ${way.to}: ${error.stderr.trim().split('\n').at(-1) ?? error.message}`);
      continue;
    }
    const { isOff, text, ...quantities } = verdict;
    links.push({ from: way.from, to: way.to, ...quantities });
    if (isOff) wrong.push(`${way.from} to ${way.to}: ${text}`);
  }
  if (wrong.length === 0) return links;
  throw new ClusterError(
    `the network is not as the scenario has it, by more than ${100 * tolerance} %:\n${wrong.map((line) => `  ${line}\n`).join('')}` +
      'Let it be less exact with --tolerance PERCENT, or leave it out with --shaping none',
  );
}

interface Judgement extends Pick<MeasuredLink, 'roundTripNs' | 'bandwidthBps'> {
  readonly isOff: boolean;
  readonly text: string;
}

function judge(
  there: PathConditions,
  back: PathConditions | undefined,
  measured: Measured,
  shaper: ShaperName,
  tolerance: number,
): Judgement {
  const parts: string[] = [];
  let quantities: Pick<Judgement, 'roundTripNs' | 'bandwidthBps'> = {};
  let isOff = false;
  if (shaper === 'tc' && back !== undefined) {
    const wantedNs = there.latencyNs + there.jitterNs + back.latencyNs + back.jitterNs;
    const spreadNs = 2 * Math.sqrt(there.jitterVarianceNs2 + back.jitterVarianceNs2);
    isOff = Math.abs(measured.rttNs - wantedNs) > Math.max(tolerance * wantedNs, LEAST_RTT_TOLERANCE_NS) + spreadNs;
    quantities = { roundTripNs: { configured: wantedNs, measured: measured.rttNs } };
    parts.push(`round trip ${(measured.rttNs / 1e6).toFixed(2)} ms of ${(wantedNs / 1e6).toFixed(2)} ms`);
  }
  if (there.bandwidthBps < Infinity) {
    const wantedBps = there.bandwidthBps * GOODPUT;
    const isSlow = there.loss === 0 && measured.bandwidthBps < wantedBps * (1 - tolerance);
    if (isSlow || measured.bandwidthBps > wantedBps * (1 + tolerance)) isOff = true;
    quantities = { ...quantities, bandwidthBps: { configured: wantedBps, measured: measured.bandwidthBps } };
    parts.push(`${(measured.bandwidthBps / 1e6).toFixed(2)} Mbit/s of ${(wantedBps / 1e6).toFixed(2)} Mbit/s`);
  }
  return { isOff, text: parts.join(', '), ...quantities };
}
