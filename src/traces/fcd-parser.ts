import sax from 'sax';
import type { Nanoseconds } from '../kernel/index.ts';
import {
  checkSpeed,
  MOVER_KINDS,
  moverName,
  readCoordinate,
  readTime,
  ValueError,
  type Coordinates,
  type MoverKind,
  type Sample,
  type TraceParser,
} from './sample.ts';
import { TraceError } from './trace-error.ts';

/**
 * Floating car data of SUMO (https://sumo.dlr.de/docs/Simulation/Output/FCDOutput.html): `<fcd-export>` of `<timestep time>`
 * of `<vehicle id x y speed ...>`, also `<person>` and `<container>`; all else in it is left out. x and y are metres, or
 * degrees where the settings that SUMO writes at the top say `<fcd-output.geo value="true"/>`.
 */
export class FcdParser implements TraceParser {
  coordinates: Coordinates;
  readonly #parser = sax.parser(true, { position: true });
  /** How deep in elements the text is. */
  #depth = 0;
  #timeNs: Nanoseconds | undefined;
  #into: Sample[] = [];
  /** Where the element that has just begun stands. */
  #line = 1;
  #column = 1;

  /** @param wanted what x and y are, where it is stated */
  constructor(name: string, wanted?: Coordinates) {
    this.coordinates = wanted ?? 'planar';
    const parser = this.#parser;
    parser.onerror = (error) => {
      // the first line says what, the others where
      const found = error.message.split('\n', 1)[0]!;
      throw new TraceError(name, `not the XML of a trace: ${found}`, {
        expected: 'a whole <fcd-export>...</fcd-export>',
        line: parser.line + 1,
        column: Math.max(parser.column, 1),
      });
    };
    if (wanted === undefined) {
      parser.oncomment = (comment) => {
        if (this.#depth === 0 && /<fcd-output\.geo\s+value="(true|1|t|yes|x|on)"/i.test(comment))
          this.coordinates = 'geographic';
      };
    }
    parser.onopentagstart = () => {
      // the parser stands behind the name; attributes may be lines away
      this.#line = parser.line + 1;
      this.#column = Math.max(parser.column - (parser.position - parser.startTagPosition), 1);
    };
    parser.onopentag = (tag) => {
      try {
        this.#open(tag as sax.Tag);
      } catch (error) {
        if (!(error instanceof ValueError)) throw error;
        throw new TraceError(name, error.message, { expected: error.expected, line: this.#line, column: this.#column });
      }
      this.#depth++;
    };
    parser.onclosetag = () => {
      this.#depth--;
      if (this.#depth === 1) this.#timeNs = undefined;
    };
  }

  write(text: string, into: Sample[]): void {
    this.#into = into;
    this.#parser.write(text);
  }

  end(into: Sample[]): void {
    this.#into = into;
    this.#parser.close();
  }

  #open({ name, attributes }: sax.Tag): void {
    if (this.#depth === 0) {
      if (name !== 'fcd-export') throw new ValueError(`a document <${name}>`, '<fcd-export>, as SUMO writes it');
    } else if (this.#depth === 1) {
      if (name !== 'timestep') throw new ValueError(`<${name}> in <fcd-export>`, '<timestep time="...">');
      this.#timeNs = readTime(demand(attributes, 'time', name));
    } else if (this.#depth === 2) {
      const kind = MOVER_KINDS.find((known) => known === name);
      if (kind !== undefined) this.#into.push(this.#readMover(kind, attributes));
    }
  }

  #readMover(element: MoverKind, attributes: Readonly<Record<string, string>>): Sample {
    const id = demand(attributes, 'id', element);
    if (id === '') throw new ValueError(`<${element}> with an empty id`, 'who it is about');
    const { speed } = attributes;
    if (speed !== undefined) checkSpeed(speed);
    return {
      id: moverName(element, id),
      kind: element,
      timeNs: this.#timeNs!,
      east: readCoordinate(demand(attributes, 'x', element), 'east', this.coordinates),
      north: readCoordinate(demand(attributes, 'y', element), 'north', this.coordinates),
      line: this.#line,
      column: this.#column,
    };
  }
}

function demand(attributes: Readonly<Record<string, string>>, name: string, element: string): string {
  const value = attributes[name];
  if (value === undefined) throw new ValueError(`<${element}> without "${name}"`, `<${element} ${name}="...">`);
  return value;
}
