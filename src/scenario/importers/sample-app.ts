/** What the users of an imported scenario ask for, until its owner puts another application there: own assumption. */
export const sampleRequests = { app: 'sample', to: 'front', rate: '0.2/s' } as const;

/** The application of `sampleRequests`: its entry in `spec`. */
export const sampleAppEntry = `  apps:
    - codecoApp: sample   # the document below: own assumption, put your application there
      behaviour: { front: { cpu: 4ms, response: 40kB, replicas: 3 } }
`;

/** The application of `sampleRequests`: its document. */
export const sampleAppDocument = `---
apiVersion: codeco.he-codeco.eu/v1alpha1
kind: CodecoApp
metadata: { name: sample }
spec:
  appName: sample
  codecoapp-msspec:
    - serviceName: front
      podspec:
        containers:
          - { name: front, image: registry.example/front:1, resources: { requests: { cpu: 500m, memory: 256Mi } } }
`;
