import {
  parseQuantity,
  type BitsPerSecond,
  type Channel,
  type ClassModeName,
  type CodecoApp,
  type Service,
} from '../../model/index.ts';
import { isMap } from '../source.ts';
import type { Build } from './build.ts';
import type { LoadedCodecoApp } from './codeco-apps.ts';

/** Priority of pods that state none, by the qosClass of their application. Own design. */
const PRIORITIES: Readonly<Record<string, number>> = { Gold: 1000, Silver: 500 };

/** Share of the pods of a service that may be lost at once, by CODECO's words for it. Own design. */
const TOLERANCES: Readonly<Record<string, number>> = { High: 0.5, Medium: 0.25, Low: 0, '': 0 };

/** What comes of the classes of CodecoApps. */
export function classMode(build: Build): ClassModeName {
  const { orchestration } = build.scenario.spec;
  if (!isMap(orchestration) || build.isBroken('spec', 'orchestration', 'classes')) return 'ignore';
  return orchestration.classes ?? 'ignore';
}

/** A word for a tolerance to failures, or per cent, as a share: "Medium" or "20" or "20%". */
export function toleranceOf(written: string): number {
  return TOLERANCES[written] ?? Number(written.replace('%', '')) / 100;
}

/** The tolerance that a CodecoApp states; one that nothing can hold is reported. */
export function appTolerance({ app, report }: LoadedCodecoApp): number {
  const tolerance = toleranceOf(app.spec.appFailureTolerance ?? '');
  if (tolerance < 1) return tolerance;
  report(['spec', 'appFailureTolerance'], 'all pods may be lost, and as many be left as there are to be', {
    expected: 'less than 100 per cent',
  });
  return 0;
}

/** A service as the classes of its application have it where they are enforced: its priority and its channels. */
export function withClasses(
  build: Build,
  loaded: LoadedCodecoApp,
  written: CodecoApp['spec']['codecoapp-msspec'][number],
  service: Service,
): Service {
  if (classMode(build) !== 'enforce') return service;
  const { qosClass = '' } = loaded.app.spec;
  const { podSpec } = service;
  const isOpen = podSpec.priority === undefined && podSpec['priorityClassName'] === undefined;
  const priority = isOpen ? PRIORITIES[qosClass] : undefined;
  return {
    ...service,
    ...(priority === undefined ? {} : { podSpec: { ...podSpec, priority } }),
    channels: service.channels.map((channel) => classed(channel, qosClass, written.nwbandwidth)),
  };
}

function classed(channel: Channel, qosClass: string, nwbandwidth: string | number | undefined): Channel {
  if (qosClass === 'BestEffort') return { ...channel, serviceClass: 'BESTEFFORT' };
  if (qosClass !== 'Gold') return channel;
  const bandwidth = channel.minBandwidthBps ?? megabitsPerSecond(nwbandwidth);
  return {
    ...channel,
    serviceClass: 'ASSURED',
    ...(bandwidth === undefined ? {} : { minBandwidthBps: bandwidth }),
  };
}

/** A CodecoApp's nwbandwidth, Mb/s. */
function megabitsPerSecond(written: string | number | undefined): BitsPerSecond | undefined {
  return written === undefined ? undefined : ((parseQuantity(written) * 1e6) as BitsPerSecond);
}
