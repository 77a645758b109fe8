import type { ImportedNetwork } from '../../models/card';

/** What the networks of a library read, for those who import one as it came. */
export interface Preset {
  /** In words, for the help. */
  title: string;
  size: number;
  channels: 1 | 3;
  scaling: ImportedNetwork['input']['scaling'];
  /** Independent findings that it answers, in its order. */
  labels?: readonly string[];
}

export const presets = {
  torchvision: {
    title: 'three channels, mean and deviation of ImageNet',
    size: 224,
    channels: 3,
    scaling: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  },
  // torchxrayvision.datasets: default_pathologies, and normalize to [-1024, 1024].
  torchxrayvision: {
    title: 'one channel from -1024 to 1024, 18 independent findings',
    size: 224,
    channels: 1,
    scaling: { range: [-1024, 1024] },
    labels: [
      'Atelectasis',
      'Consolidation',
      'Infiltration',
      'Pneumothorax',
      'Edema',
      'Emphysema',
      'Fibrosis',
      'Effusion',
      'Pneumonia',
      'Pleural_Thickening',
      'Cardiomegaly',
      'Nodule',
      'Mass',
      'Hernia',
      'Lung Lesion',
      'Fracture',
      'Lung Opacity',
      'Enlarged Cardiomediastinum',
    ],
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];
