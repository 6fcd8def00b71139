// PLACEHOLDER: becomes a TypeBox schema with its static type
import type { PodSpec } from './kubernetes.ts';

export interface CodecoApp {
  readonly apiVersion: string;
  readonly kind: 'CodecoApp';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: { readonly appName?: string; readonly 'codecoapp-msspec': readonly { serviceName: string; podspec: PodSpec }[] };
}
