export { admissionRefusal } from './admission.ts';
export { Kubelets, type KubeletSurroundings } from './kubelets.ts';
export { BackOff } from './back-off.ts';
export { ImagePulls } from './image-pulls.ts';
export { ImageStore } from './image-store.ts';
export { NodeImages } from './node-images.ts';
export { evictionOrder, NodeMemory, outOfMemoryScore, type MemoryUser } from './node-memory.ts';
export { Terminations } from './terminations.ts';
