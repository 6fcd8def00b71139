import {
  DEFAULT_SCALE_DOWN,
  DEFAULT_SCALE_UP,
  milliValue,
  type HorizontalPodAutoscaler,
  type MetricTarget,
  type PublishedAutoscalerSpec,
  type PublishedScalingRules,
  type ScalingRules,
} from '../../model/index.ts';
import { quote } from '../validation.ts';
import type { Report } from './pod-checks.ts';

type Metric = NonNullable<PublishedAutoscalerSpec['metrics']>[number];

/** Source: pkg/apis/autoscaling/v2/defaults.go. */
const DEFAULT_METRIC: Metric = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};

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
  return {
    minReplicas,
    maxReplicas,
    metrics: stated.map((metric, index) => readMetric(metric, index, report, warn)),
    scaleUp: readRules(behavior.scaleUp, DEFAULT_SCALE_UP),
    scaleDown: readRules(behavior.scaleDown, DEFAULT_SCALE_DOWN),
  };
}

function readMetric(
  { type, resource }: Metric,
  index: number,
  report: Report,
  warn: (found: string) => void,
): MetricTarget | undefined {
  const path = ['spec', 'metrics', index];
  if (type === 'Resource' && resource === undefined) {
    report(path, 'a metric of type Resource without resource', 'resource: { name, target }');
    return undefined;
  }
  if (type !== 'Resource' || resource!.name !== 'cpu') {
    const what = type === 'Resource' ? `the resource ${quote(resource!.name)}` : `metrics of type ${type}`;
    warn(`nothing measures ${what}: it counts as missing, so that nothing is scaled down`);
    return undefined;
  }
  const { type: of, averageUtilization, averageValue } = resource!.target;
  const at = [...path, 'resource', 'target'];
  if (of === 'Utilization' && averageUtilization !== undefined)
    return { type: 'Utilization', percent: averageUtilization };
  if (of === 'AverageValue' && averageValue !== undefined) {
    const millivalue = amount(averageValue);
    if (millivalue !== undefined && millivalue > 0) return { type: 'AverageValue', millivalue };
    report([...at, 'averageValue'], `${quote(String(averageValue))} is no amount`, 'a quantity above 0, such as 500m');
    return undefined;
  }
  const expected =
    of === 'Utilization'
      ? 'averageUtilization, in per cent of the requests'
      : of === 'AverageValue'
        ? 'averageValue, an amount a pod'
        : 'type: Utilization or AverageValue, as Kubernetes has it for resources';
  report(at, `a target of type ${of}${of === 'Value' ? '' : ' without its value'}`, expected);
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
  { stabilizationWindowSeconds, selectPolicy, policies }: PublishedScalingRules = {},
  defaults: ScalingRules,
): ScalingRules {
  return {
    stabilizationNs:
      stabilizationWindowSeconds === undefined ? defaults.stabilizationNs : stabilizationWindowSeconds * 1e9,
    select: selectPolicy ?? defaults.select,
    policies:
      policies?.map(({ type, value, periodSeconds }) => ({ type, value, periodNs: periodSeconds * 1e9 })) ??
      defaults.policies,
  };
}
