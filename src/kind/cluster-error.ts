/** Something that a real cluster, or a program that handles it, does not do; its message is for people and says what to do. */
export class ClusterError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClusterError';
  }
}
