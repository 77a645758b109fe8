import type { io } from '@tensorflow/tfjs';
export function toOnnx(artifacts: io.ModelArtifacts): Uint8Array;
