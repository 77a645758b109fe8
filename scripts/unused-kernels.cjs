/**
 * Leaves kernels and gradients out of a tfjs package's list of all of them: those of operations that no layer of an image
 * network, no graph operation of src/models/imported/known-operations.ts and no method asks for. A webpack loader for
 * `register_all_kernels.js` and `register_all_gradients.js`.
 */
const unused = [
  // Volumes.
  'AvgPool3D AvgPool3DGrad MaxPool3D MaxPool3DGrad Conv3D Conv3DBackpropFilterV2 Conv3DBackpropInputV2',
  // Spectra and complex numbers.
  'FFT IFFT Complex ComplexAbs Real Imag',
  // Texts, ragged and sparse tensors.
  'StringNGrams StringSplit StringToHashBucketFast StaticRegexReplace RaggedGather RaggedRange RaggedTensorToTensor',
  'SparseFillEmptyRows SparseReshape SparseSegmentMean SparseSegmentSum SparseToDense',
  // Detection, and pictures as a page has them.
  'NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5 CropAndResize FromPixels RotateWithOffset',
  // Searching, counting, drawing.
  'TopK Unique SearchSorted LowerBound UpperBound Bincount DenseBincount Multinomial Cumprod Cumsum MaxPoolWithArgmax',
  'GatherNd ScatterNd TensorScatterUpdate Diag LinSpace Einsum BitwiseAnd',
  'Dilation2D Dilation2DBackpropFilter Dilation2DBackpropInput',
  // Angles.
  'Acos Acosh Asin Asinh Atan Atan2 Atanh Cos Cosh Sin Sinh Tan',
].flatMap(line => line.split(' '));

module.exports = function withoutUnused(source) {
  let left = source;
  for (const name of unused) {
    const found = new RegExp(
      `import \\{ (\\w+) \\} from '\\./(?:kernels|gradients)/${name}(?:_grad)?';\\n`,
    ).exec(left);
    // Not every package has every kernel.
    if (!found) continue;
    left = left.replace(found[0], '').replace(new RegExp(`^ *${found[1]},?\\n`, 'm'), '');
  }
  return left;
};

module.exports.unused = unused;

/** Of `unused`, the computations that tfjs-backend-cpu shares with other backends in files of their own. */
module.exports.unusedParts = [
  'StringNGrams StringSplit StringToHashBucketFast SparseFillEmptyRows SparseReshape SparseSegmentReduction',
  'RaggedGather RaggedRange RaggedTensorToTensor Unique TopK Bincount',
].flatMap(line => line.split(' '));
