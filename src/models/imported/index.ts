export { adaptGraph } from './graph-network';
export { adaptLayers } from './layers-network';
import './operation-layer';
export { plainWeights } from './plain-weights';
