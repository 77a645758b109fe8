import * as tf from '@tensorflow/tfjs';
import type { ExportedNetwork } from './protocol';

/** A network in the tfjs layers format. A two-output training classifier is cut down to its logit. */
export async function exportNetwork(network: tf.LayersModel): Promise<ExportedNetwork> {
  const saved = network.outputNames.includes('cells')
    ? tf.model({ inputs: network.inputs, outputs: network.outputs[0] })
    : network;
  let exported: ExportedNetwork | undefined;
  await saved.save(
    tf.io.withSaveHandler(async artifacts => {
      exported = {
        modelTopology: artifacts.modelTopology as object,
        weightSpecs: artifacts.weightSpecs as object[],
        weightData: new Uint8Array(artifacts.weightData as ArrayBuffer),
      };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  if (!exported) throw new Error('The network was not saved.');
  return exported;
}
