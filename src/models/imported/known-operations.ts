import { ModelPackageError } from '../card';
import type { GraphJson } from './graph-topology';

/**
 * Operations of TensorFlow that a classifier of images needs and that the graph executor of TensorFlow.js computes as
 * TensorFlow does, with the attributes looked at below. No control flow, no random numbers, no texts, no quantisation.
 */
const known = new Set(
  [
    'Const Placeholder PlaceholderWithDefault Identity IdentityN StopGradient Snapshot NoOp',
    'Conv2D _FusedConv2D DepthwiseConv2dNative FusedDepthwiseConv2dNative MatMul _FusedMatMul BatchMatMul BatchMatMulV2',
    'AvgPool MaxPool BiasAdd FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 LRN',
    'Relu Relu6 Elu Selu LeakyRelu Prelu Sigmoid Tanh Softplus Softmax LogSoftmax ClipByValue',
    'Add AddV2 AddN Sub Mul RealDiv Div DivNoNan Minimum Maximum Pow SquaredDifference FloorDiv FloorMod',
    'Abs Neg Exp Expm1 Log Log1p Sqrt Rsqrt Square Reciprocal Erf Floor Ceil Sign',
    'Max Min Mean Sum Prod ArgMax All Any',
    'Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalNot LogicalOr Select SelectV2',
    'Cast ExpandDims Squeeze Reshape EnsureShape Transpose Pad PadV2 MirrorPad BroadcastTo DepthToSpace SpaceToBatchND BatchToSpaceND',
    'Concat ConcatV2 Gather GatherV2 Slice StridedSlice Pack Unpack Tile Split SplitV Reverse ReverseV2',
    'Shape ShapeN Size Rank Fill Range ZerosLike OnesLike ResizeBilinear ResizeNearestNeighbor',
  ].flatMap(line => line.split(' ')),
);

/** What may follow the bias of a fused operation. */
const fusedActivations = ['Relu', 'Relu6', 'Elu', 'LeakyRelu', 'Prelu'];

/** @throws ModelPackageError `format` naming the first node that is not known to be computed right */
export function requireKnownOperations({ node }: GraphJson): void {
  for (const { name, op, attr = {} } of node) {
    const refuse = (reason: string): never => {
      throw new ModelPackageError(
        'format',
        `The node "${name}" (${op}) of the classifier's graph ${reason}, which is not known to be computed here as TensorFlow ` +
          'computes it. Freeze the model for inference with channels last, in 32 bits, before converting it, and without ' +
          'preprocessing or postprocessing in the graph.',
      );
    };
    if (!known.has(op)) refuse('is of an unknown kind');
    const layout = attr.data_format?.s;
    if (typeof layout === 'string' && !['', 'NHWC'].includes(atob(layout))) refuse(`has data_format ${atob(layout)}`);
    if (attr.is_training?.b === true) refuse('computes as in training');
    const [first, ...more] = (attr.fused_ops?.list?.s ?? []).map(text => atob(text));
    const isPlain = first === undefined || (first === 'BiasAdd' && more.length === 0);
    if (!isPlain && !(first === 'BiasAdd' && more.length === 1 && fusedActivations.includes(more[0]))) {
      refuse(`fuses ${[first, ...more].join(', ')}`);
    }
  }
}
