import {
  autoscalerRequest,
  DEFAULT_SCALE_DOWN,
  DEFAULT_SCALE_UP,
  milliValue,
  type AutoscalingMetric,
  type HorizontalPodAutoscaler,
  type LoadMeasure,
  type MeanTarget,
  type PublishedAutoscalerSpec,
  type PublishedMetric,
  type PublishedScalingRules,
  type ScalingRules,
  type Service,
  type TotalTarget,
} from '../../model/index.ts';
import { quote } from '../validation.ts';
import type { Report } from './pod-checks.ts';

/** Source: pkg/apis/autoscaling/v2/defaults.go. */
const DEFAULT_METRIC: PublishedMetric = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};

/** What metrics of these names mean; `-`, `.` and `/` are as good as `_`. Own design: names are anybody's choice. */
const MEASURES: Readonly<Record<string, LoadMeasure>> = {
  requests_per_second: 'requests',
  http_requests_per_second: 'requests',
  http_requests: 'requests',
  queue_length: 'waiting',
  requests_waiting: 'waiting',
  requests_in_flight: 'in-hand',
  http_requests_in_flight: 'in-hand',
  concurrent_requests: 'in-hand',
  request_duration_seconds: 'latency',
  http_request_duration_seconds: 'latency',
};

/** Where each kind of metric has what it says. */
const SOURCES = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
} as const;

interface Reading {
  readonly report: Report;
  /** Told of a metric that nothing measures. */
  readonly warn: (found: string) => void;
  readonly path: (string | number)[];
}

/**
 * What a published specification comes to, with the API server's defaults. What is wrong is reported.
 * @param warn told of a metric that nothing measures
 */
export function readAutoscaler(
  { minReplicas = 1, maxReplicas, metrics = [], behavior = {} }: PublishedAutoscalerSpec,
  report: Report,
  warn: (found: string) => void,
): Omit<HorizontalPodAutoscaler, 'name' | 'namespace' | 'target'> {
  if (maxReplicas < minReplicas) report(['spec', 'maxReplicas'], 'fewer than minReplicas', `at least ${minReplicas}`);
  const stated = metrics.length === 0 ? [DEFAULT_METRIC] : metrics;
  const rules = (direction: 'scaleUp' | 'scaleDown', defaults: ScalingRules): ScalingRules =>
    readRules(behavior[direction], defaults, (found, expected) =>
      report(['spec', 'behavior', direction, 'tolerance'], found, expected),
    );
  return {
    minReplicas,
    maxReplicas,
    metrics: stated.map((metric, index) => readMetric(metric, { report, warn, path: ['spec', 'metrics', index] })),
    scaleUp: rules('scaleUp', DEFAULT_SCALE_UP),
    scaleDown: rules('scaleDown', DEFAULT_SCALE_DOWN),
  };
}

/** Why a resource of a service's pods is never measured, or has nothing to be compared with; undefined where all is well. */
export function whyMissing(
  { resource, container, target }: Extract<AutoscalingMetric, { kind: 'resource' }>,
  { podSpec, behaviour }: Pick<Service, 'podSpec' | 'behaviour'>,
): string | undefined {
  const what = resource === 'cpu' ? 'CPU' : resource;
  if (container !== undefined && !podSpec.containers.some(({ name }) => name === container))
    return `the ${what} of a container ${quote(container)}, but its pods have none of the name: nothing is scaled down`;
  if (resource === 'memory' && behaviour.life?.memory === undefined)
    return 'memory, but no behaviour says how much of it its pods use: it counts as missing, so that nothing is scaled down';
  if (target.type !== 'Utilization' || autoscalerRequest(podSpec, resource, container) !== undefined) return undefined;
  return `a share of the ${what} that pods request, but not all of their containers request any: nothing is scaled`;
}

function readMetric(metric: PublishedMetric, reading: Reading): AutoscalingMetric | undefined {
  const type = metric.type as keyof typeof SOURCES;
  const field = SOURCES[type];
  if (metric[field] === undefined) {
    reading.report(
      reading.path,
      `a metric of type ${type} without ${field}`,
      `${field}: what is measured, and its target`,
    );
    return undefined;
  }
  if (type === 'Resource' || type === 'ContainerResource') return readResource(metric[SOURCES[type]]!, reading, field);
  const source = metric[SOURCES[type]]!;
  const { name } = source.metric;
  const target = readTarget(
    source.target,
    reading,
    field,
    type === 'Pods' ? ['AverageValue'] : ['Value', 'AverageValue'],
  );
  const measure = MEASURES[name.replaceAll(/[-./]/g, '_')];
  if (measure === undefined) {
    reading.warn(
      `nothing measures ${quote(name)}: it counts as missing, so that nothing is scaled down; known are ${Object.keys(MEASURES).join(', ')}`,
    );
    return undefined;
  }
  if (target === undefined || target.type === 'Utilization') return undefined;
  return type === 'Pods'
    ? { kind: 'pods', measure, target: target as MeanTarget }
    : { kind: 'total', measure, target: target as TotalTarget };
}

function readResource(
  { name, target: stated, ...of }: NonNullable<PublishedMetric['resource']> & { readonly container?: string },
  reading: Reading,
  field: string,
): AutoscalingMetric | undefined {
  const target = readTarget(stated, reading, field, ['Utilization', 'AverageValue']) as MeanTarget | undefined;
  if (name !== 'cpu' && name !== 'memory') {
    reading.warn(`nothing measures the resource ${quote(name)}: it counts as missing, so that nothing is scaled down`);
    return undefined;
  }
  return target && { kind: 'resource', resource: name, ...of, target };
}

function readTarget(
  { type, averageUtilization, averageValue, value }: NonNullable<PublishedMetric['resource']>['target'],
  { report, path }: Reading,
  field: string,
  allowed: readonly string[],
): MeanTarget | TotalTarget | undefined {
  const at = [...path, field, 'target'];
  const states = { Utilization: averageUtilization, AverageValue: averageValue, Value: value };
  const stated = states[type as keyof typeof states];
  if (!allowed.includes(type) || stated === undefined) {
    const fields = { Utilization: 'averageUtilization', AverageValue: 'averageValue', Value: 'value' };
    const found = `a target of type ${type}${allowed.includes(type) ? ' without its value' : ''}`;
    report(at, found, allowed.map((each) => `${each} with ${fields[each as keyof typeof fields]}`).join(' or '));
    return undefined;
  }
  if (type === 'Utilization') return { type, percent: averageUtilization! };
  const millivalue = amount(stated);
  if (millivalue !== undefined && millivalue > 0) return { type: type as TotalTarget['type'], millivalue };
  const its = type === 'Value' ? 'value' : 'averageValue';
  report([...at, its], `${quote(String(stated))} is no amount`, 'a quantity above 0, such as 500m');
  return undefined;
}

function amount(quantity: string | number): number | undefined {
  try {
    return milliValue(String(quantity));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readRules(
  { tolerance, stabilizationWindowSeconds, selectPolicy, policies }: PublishedScalingRules = {},
  defaults: ScalingRules,
  report: (found: string, expected: string) => void,
): ScalingRules {
  const millis = tolerance === undefined ? 1000 * defaults.tolerance : amount(tolerance);
  if (millis === undefined || millis < 0)
    report(`${quote(String(tolerance))} is no tolerance`, 'a quantity of 0 or more, such as 0.05');
  return {
    tolerance: (millis ?? 0) / 1000,
    stabilizationNs:
      stabilizationWindowSeconds === undefined ? defaults.stabilizationNs : stabilizationWindowSeconds * 1e9,
    select: selectPolicy ?? defaults.select,
    policies:
      policies?.map(({ type, value, periodSeconds }) => ({ type, value, periodNs: periodSeconds * 1e9 })) ??
      defaults.policies,
  };
}
