import {
  DEFAULT_FRAME_SIZE_BYTES,
  MAX_SEND_INTERVAL_NS,
  parseDelay,
  parseQuantity,
  wholeValue,
  type AppId,
  type BitsPerSecond,
  type Bytes,
  type Channel,
  type CodecoApp,
} from '../../model/index.ts';
import type { Nanoseconds } from '../../kernel/index.ts';
import { nearest } from '../nearest.ts';
import { quote } from '../validation.ts';
import type { Apps, ReadApp } from './apps.ts';

type MicroService = CodecoApp['spec']['codecoapp-msspec'][number];
type Written = NonNullable<MicroService['serviceChannels']>[number];
type Settings = NonNullable<Written['advancedChannelSettings']>;

/** The channels of a service of a CodecoApp, their far ends found; what is wrong is reported in the CodecoApp's file. */
export function readChannels(apps: Apps, read: ReadApp, serviceIndex: number): Channel[] {
  const { app, report } = read.loaded;
  const channels: Channel[] = [];
  for (const [index, written] of (app.spec['codecoapp-msspec'][serviceIndex]!.serviceChannels ?? []).entries()) {
    const path = ['spec', 'codecoapp-msspec', serviceIndex, 'serviceChannels', index];
    const { serviceName, appName } = written.otherService;
    const target = findApp(apps, read, appName);
    if (target === undefined) {
      if (!apps.appNames.complete) continue;
      const known = [...apps.appNames.entries.keys()];
      report([...path, 'otherService', 'appName'], `no application is named ${quote(appName!)}`, {
        expected: `an application of the scenario: ${known.join(', ')}`,
        nearest: () => nearest(appName!, known),
      });
      continue;
    }
    const names = apps.serviceNames[target]!;
    const to = names.entries.get(serviceName)?.entry;
    if (to === undefined) {
      const known = [...names.entries.keys()];
      report([...path, 'otherService', 'serviceName'], `no ${names.noun} is named ${quote(serviceName)}`, {
        expected: `one of ${known.join(', ')}`,
        nearest: () => nearest(serviceName, known),
      });
      continue;
    }
    const settings = written.advancedChannelSettings ?? {};
    if (settings.bandwidth !== undefined && settings.minBandwidth !== undefined) {
      if (parseQuantity(settings.bandwidth) !== parseQuantity(settings.minBandwidth)) {
        report(
          [...path, 'advancedChannelSettings', 'bandwidth'],
          `not the same as minBandwidth, ${settings.minBandwidth}`,
          {
            expected: 'one of the two: bandwidth is the newer spelling of minBandwidth',
          },
        );
      }
    }
    channels.push({
      name: written.channelName,
      to,
      serviceClass: written.serviceClass === 'ASSURED' ? 'ASSURED' : 'BESTEFFORT',
      ...readSettings(settings),
    });
  }
  return channels;
}

/** An application's own names come first, so that one CodecoApp can be used by several applications. */
function findApp(apps: Apps, read: ReadApp, name: string | undefined): AppId | undefined {
  const { spec, metadata } = read.loaded.app;
  const own = [apps.apps[read.id]!.name, spec.appName, metadata.name];
  if (name === undefined || name === '' || own.includes(name)) return read.id;
  const byName = apps.appNames.entries.get(name)?.entry;
  if (byName !== undefined) return byName;
  const byAppName = apps.apps.findIndex(({ source }) => source.kind === 'CodecoApp' && source.spec.appName === name);
  return byAppName < 0 ? undefined : (byAppName as AppId);
}

/** Source of the rules: comments on the fields in CODECO's types (frame size of 500 byte, interval of at most 10 ms). */
function readSettings(settings: Settings): Partial<Channel> {
  const bandwidth = settings.minBandwidth ?? settings.bandwidth;
  const { maxDelay, frameSize, sendInterval } = settings;
  const isBandwidthAlone = bandwidth !== undefined && frameSize === undefined && sendInterval === undefined;
  return {
    ...(bandwidth === undefined ? {} : { minBandwidthBps: parseQuantity(bandwidth) as BitsPerSecond }),
    ...(maxDelay === undefined ? {} : { maxDelayNs: parseDelay(maxDelay) }),
    ...(frameSize !== undefined ? { frameSizeBytes: wholeValue(frameSize) as Bytes } : {}),
    ...(isBandwidthAlone ? { frameSizeBytes: DEFAULT_FRAME_SIZE_BYTES as Bytes } : {}),
    ...(sendInterval === undefined
      ? {}
      : { sendIntervalNs: Math.min(parseDelay(sendInterval), MAX_SEND_INTERVAL_NS) as Nanoseconds }),
  };
}
