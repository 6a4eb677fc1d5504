/**
 * How deep and how wide a document is, read from its text alone, before it is validated or executed.
 */
import { Kind } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';

export interface DocumentShape {
  /** Levels of fields. */
  readonly depth: number;
  /** Fields with an alias, as often as they are asked for. */
  readonly aliases: number;
  /** Times that the whole schema is asked for, and that one type is. */
  readonly schemas: number;
  readonly types: number;
}

type Mutable = { -readonly [K in keyof DocumentShape]: DocumentShape[K] };

const nothing: DocumentShape = { depth: 0, aliases: 0, schemas: 0, types: 0 };

/** Of the worst of its operations, each with what it takes from fragments as often as it takes it. */
export function documentShape(document: DocumentNode): DocumentShape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const walk = new Walk(fragments);
  const worst: Mutable = { ...nothing };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const shape = walk.measure(definition.selectionSet);
    worst.depth = Math.max(worst.depth, shape.depth);
    worst.aliases = Math.max(worst.aliases, shape.aliases);
    worst.schemas = Math.max(worst.schemas, shape.schemas);
    worst.types = Math.max(worst.types, shape.types);
  }
  return worst;
}

class Walk {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** A fragment is measured once, however often it is used; a cycle, which validation refuses, counts as nothing. */
  readonly #measured = new Map<string, DocumentShape>();

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments;
  }

  measure({ selections }: SelectionSetNode): DocumentShape {
    const shape: Mutable = { ...nothing };
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        merge(shape, this.#fragment(selection.name.value), 0);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        merge(shape, this.measure(selection.selectionSet), 0);
      } else {
        if (selection.alias !== undefined) shape.aliases++;
        if (selection.name.value === '__schema') shape.schemas++;
        if (selection.name.value === '__type') shape.types++;
        merge(shape, selection.selectionSet ? this.measure(selection.selectionSet) : nothing, 1);
      }
    }
    return shape;
  }

  #fragment(name: string): DocumentShape {
    const known = this.#measured.get(name);
    if (known !== undefined) return known;
    this.#measured.set(name, nothing);
    const definition = this.#fragments.get(name);
    const shape = definition === undefined ? nothing : this.measure(definition.selectionSet);
    this.#measured.set(name, shape);
    return shape;
  }
}

function merge(shape: Mutable, inner: DocumentShape, levels: number): void {
  shape.depth = Math.max(shape.depth, inner.depth + levels);
  shape.aliases += inner.aliases;
  shape.schemas += inner.schemas;
  shape.types += inner.types;
}
