export { adaptGraph } from './graph-network';
export { adaptLayers } from './layers-network';
export { plainWeights } from './plain-weights';
