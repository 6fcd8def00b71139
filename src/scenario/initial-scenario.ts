import { isScalar, parseDocument } from 'yaml';
import { dnsKeys } from '../model/index.ts';
import { InputError } from './problem.ts';
import { quote } from './validation.ts';

/**
 * A first scenario to change: small, commented, and runs as it is. Its application stands in the same file.
 * @param options.schema where editors find the format's JSON Schema, relative to the file
 * @throws {InputError} if the name is not one that Kubernetes accepts
 */
export function initialScenario(name: string, options: { readonly schema?: string } = {}): string {
  if (!new RegExp(dnsKeys.pattern).test(name)) {
    throw new InputError([{ path: 'metadata.name', found: `the name ${quote(name)}`, expected: dnsKeys.expects }]);
  }
  // a name such as "123" or "true" has to be quoted to stay a text
  const read = parseDocument(name).contents;
  const written = isScalar(read) && typeof read.value === 'string' ? name : `'${name}'`;
  const modeline = options.schema === undefined ? '' : `# yaml-language-server: $schema=${options.schema}\n`;
  return modeline + template.replace('NAME', written);
}

const template = `# Try:   codeco-sim validate FILE      codeco-sim run FILE      codeco-sim explain spec.users
apiVersion: codeco-sim/v1
kind: Scenario
metadata:
  name: NAME
  description: Two edge clusters on one street, a cloud behind them, and a cut of one backhaul.
spec:
  seed: 1            # another seed: other arrivals, the same world
  duration: 10m      # simulated time
  warmup: 1m         # requests before this stay out of the summary

  infrastructure:
    nodeClasses:
      edge-server: { arch: arm64, cpu: 8, memory: 16Gi, power: { idle: 30W, peak: 95W } }
      cloud-vm: { cpu: 16, memory: 64Gi, speed: 1.5, power: { idle: 80W, peak: 250W } }

    clusters:
      - name: cloud
        role: hub
        nodes: [{ class: cloud-vm, count: 2 }]
      - name: west
        at: { x: 0m, y: 0m }
        nodes: [{ class: edge-server, at: [{ x: -100m, y: 0m }, { x: 100m, y: 0m }] }]
      - name: east
        at: { x: 600m, y: 0m }
        nodes: [{ class: edge-server, at: { x: 600m, y: 0m } }]

    links:           # clusters are named for their gateways
      - { name: backhaul-west, from: west, to: cloud, bandwidth: 1Gbit/s, latency: 12ms }
      - { name: backhaul-east, from: east, to: cloud, bandwidth: 1Gbit/s, latency: 14ms }
      - { name: street, from: west, to: east, bandwidth: 200Mbit/s, latency: 2ms }

    access: { technology: nr, range: 350m }   # an access point at each node that has a position

  users:
    - name: residents
      count: 40
      at: { uniform: { around: west, radius: 300m } }
      requests: { app: shop, to: front, rate: 0.5/s }
    - name: visitors
      count: 10
      at: { uniform: { around: east, radius: 300m } }
      requests: { app: shop, to: front, rate: 12/min, arrivals: periodic }

  apps:
    - codecoApp: shop          # the document below; a file works as well
      behaviour:
        front: { cpu: 4ms, response: 40kB, replicas: 2 }
        stock: { cpu: { distribution: exponential, mean: 6ms }, response: 5kB }

  orchestration:
    scheduler: kube-scheduler  # or lowest-latency, spread, …: see codeco-sim list scheduler

  faults:
    - { at: 5m, for: 2m, cut: backhaul-west }
---
# An application in CODECO's own format. Published CodecoApps are read unchanged.
apiVersion: codeco.he-codeco.eu/v1alpha1
kind: CodecoApp
metadata: { name: shop }
spec:
  appName: shop
  qosClass: Gold
  codecoapp-msspec:
    - serviceName: front
      podspec:
        containers:
          - { name: front, image: registry.example/front:1, resources: { requests: { cpu: 500m, memory: 256Mi } } }
      serviceChannels:
        - channelName: stock
          otherService: { serviceName: stock, port: 8080 }
          serviceClass: ASSURED
          advancedChannelSettings: { minBandwidth: 5M, maxDelay: 10e-3 }
    - serviceName: stock
      podspec:
        containers:
          - { name: stock, image: registry.example/stock:1, resources: { requests: { cpu: '1', memory: 512Mi } } }
`;
