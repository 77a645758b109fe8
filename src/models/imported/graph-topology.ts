/** Changes to the saved form of a TensorFlow graph (the JSON form of a GraphDef) before it is loaded. */

interface NodeJson {
  name: string;
  op: string;
  input?: string[];
  attr?: Record<string, { list?: { s?: string[] } } & Record<string, unknown>>;
}

export interface GraphJson {
  node: NodeJson[];
}

/** Plain operations of the fused ones. */
const unfused: Record<string, string> = {
  _FusedConv2D: 'Conv2D',
  FusedDepthwiseConv2dNative: 'DepthwiseConv2dNative',
};

/**
 * Splits fused convolutions without activation into convolution and bias. The gradient of the fused operation always
 * computes that of the filter too: wasted on a frozen network, and a kernel that the stock wasm backend does not have.
 * (With an activation TensorFlow.js splits them itself while gradients are recorded.)
 */
export function splitFusedConvolutions({ node }: GraphJson): GraphJson {
  return {
    node: node.flatMap(fused => {
      const op = unfused[fused.op];
      const operations = (fused.attr?.fused_ops?.list?.s ?? []).map(text => atob(text));
      if (!op || operations.join() !== 'BiasAdd' || fused.input === undefined) return [fused];
      const [x, filter, bias, ...rest] = fused.input;
      const { fused_ops: _operations, num_args: _count, epsilon: _epsilon, ...attr } = fused.attr ?? {};
      const name = `${fused.name}/convolution`;
      return [
        { name, op, input: [x, filter, ...rest.filter(isControl)], attr },
        { name: fused.name, op: 'BiasAdd', input: [name, bias], attr: {} },
      ];
    }),
  };
}

/**
 * The node before the softmax or sigmoid that ends at a node, or undefined where another operation makes it.
 *
 * @param output a node's name
 */
export function beforeActivation({ node }: GraphJson, output: string, op: 'Sigmoid' | 'Softmax'): string | undefined {
  const byName = new Map(node.map(each => [each.name, each]));
  let at = byName.get(nodeName(output));
  while (at && at.op === 'Identity') at = byName.get(nodeName(at.input?.[0] ?? ''));
  return at?.op === op ? nodeName(at.input?.[0] ?? '') : undefined;
}

/** Nodes that a node is computed from, nearest first, without weights. */
export function ancestors({ node }: GraphJson, output: string): string[] {
  const byName = new Map(node.map(each => [each.name, each]));
  const found = new Set<string>([output]);
  for (const name of found) {
    for (const input of byName.get(name)?.input ?? []) {
      const from = nodeName(input);
      const producer = byName.get(from);
      if (!isControl(input) && producer && producer.op !== 'Const') found.add(from);
    }
  }
  return [...found];
}

/** "name:0" → "name". */
export function nodeName(input: string): string {
  return input.replace(/:\d+$/, '');
}

function isControl(input: string): boolean {
  return input.startsWith('^');
}
