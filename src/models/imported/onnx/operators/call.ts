import type { Constant } from '../constant';
import type { Network, Value } from '../network';
import { refuse, type Attributes, type OnnxNode } from '../read';

/** What a node makes: a tensor of the network, or one that is known already. */
export type Result = { value: Value } | { constant: Constant };

/** Writes what a node computes into a network. One result for each of the node's outputs that is asked for. */
export type Operator = (call: Call) => Result | Result[];

/** A node with what it reads. */
export class Call {
  constructor(
    readonly node: OnnxNode,
    readonly opset: number,
    readonly network: Network,
    private readonly inputs: readonly (Result | undefined)[],
  ) {}

  get name(): string {
    return this.node.name;
  }

  get attributes(): Attributes {
    return this.node.attributes;
  }

  /** How an error calls the node. */
  get told(): string {
    return `The node "${this.node.name}" (${this.node.op})`;
  }

  /** @throws ModelPackageError `format` always */
  refuse(reason: string): never {
    return refuse(`${this.told} ${reason}.`);
  }

  get count(): number {
    return this.node.inputs.length;
  }

  has(index: number): boolean {
    return this.inputs[index] !== undefined;
  }

  isConstant(index: number): boolean {
    const input = this.inputs[index];
    return input !== undefined && 'constant' in input;
  }

  /** An input that depends on the image. */
  value(index: number): Value {
    const input = this.inputs[index];
    if (input && 'value' in input) return input.value;
    return this.refuse(`reads a constant where it must read something of the image (input ${index + 1})`);
  }

  /** An input that is known. */
  constant(index: number): Constant {
    const input = this.inputs[index];
    if (input && 'constant' in input) return input.constant;
    return this.refuse(
      input ? `reads something of the image where a constant is needed (input ${index + 1})` : `lacks input ${index + 1}`,
    );
  }

  constantOr(index: number): Constant | undefined {
    return this.has(index) ? this.constant(index) : undefined;
  }

  /** Whole numbers from an input, or from the attribute that they were in older opsets. */
  numbers(index: number, attribute: string): number[] | undefined {
    if (this.has(index)) return [...this.constant(index).values];
    return this.attributes.ints(attribute);
  }

  /** An axis from 0, also where it was counted from the end. */
  axis(axis: number, rank: number): number {
    const counted = axis < 0 ? axis + rank : axis;
    if (!(Number.isInteger(counted) && counted >= 0 && counted < rank)) this.refuse(`has the axis ${axis} of ${rank}`);
    return counted;
  }

  /** An axis that is not the one of the images. */
  innerAxis(axis: number, rank: number): number {
    const counted = this.axis(axis, rank);
    if (counted === 0) this.refuse('works across images, of which each is explained alone');
    return counted;
  }
}

export function asValue(value: Value): Result {
  return { value };
}
