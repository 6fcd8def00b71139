import type { ManhattanMobility } from '../../model/index.ts';
import { drawFrom, type MobilityModel } from './itinerary.ts';
import { goTo } from './leg.ts';
import { speedUnderWay } from './random-waypoint.ts';

/** East, north, west, south: a left turn is the next one. */
const EAST_OF = [1, 0, -1, 0] as const;
const NORTH_OF = [0, 1, 0, -1] as const;

/**
 * Manhattan: along the streets of a grid, each block at a speed of its own. At a crossing of four, straight on or, with
 * the probability `turn`, left or right, both alike (as ETSI TR 101 112, B.1.6.4.2, with its turn probability of 0.5); at
 * the border, where one way is missing, each of the two others is as likely, and in a corner there is only one (own
 * design). So as many ways lead into each block as lead out of it: in the steady state every block and direction is as
 * likely, and from there the motion starts.
 */
export const manhattan: MobilityModel<ManhattanMobility> = ({ area, blockM, speedMps, turn }, mover) => {
  const stream = mover.stream();
  const columns = Math.floor(area.widthM / blockM);
  const rows = Math.floor(area.heightM / blockM);
  if (columns < 1 || rows < 1) throw new RangeError(`an area of ${columns} by ${rows} blocks has no streets`);
  const xOf = (column: number): number => area.centre.x + (column - columns / 2) * blockM;
  const yOf = (row: number): number => area.centre.y + (row - rows / 2) * blockM;
  const isInside = (column: number, row: number): boolean =>
    column >= 0 && column <= columns && row >= 0 && row <= rows;

  // a block of the grid, and which way along it: those along x come first
  const alongX = columns * (rows + 1);
  const block = stream.integer(alongX + rows * (columns + 1));
  const isAlongX = block < alongX;
  let heading = (isAlongX ? 0 : 1) + 2 * stream.integer(2);
  const ofX = isAlongX ? block % columns : (block - alongX) % (columns + 1);
  const ofY = Math.floor(isAlongX ? block / columns : (block - alongX) / (columns + 1));
  /** The crossing ahead. */
  let column = ofX + (heading === 0 ? 1 : 0);
  let row = ofY + (heading === 1 ? 1 : 0);

  const first = mover.legs.add(0, { x: xOf(column), y: yOf(row) });
  const before = blockM * (1 - stream.uniform());
  first.toX -= before * EAST_OF[heading]!;
  first.toY -= before * NORTH_OF[heading]!;
  goTo(first, xOf(column), yOf(row), speedUnderWay(speedMps, stream));

  const canGo = (way: number): boolean => isInside(column + EAST_OF[way]!, row + NORTH_OF[way]!);
  return {
    first,
    next(leg) {
      const ahead = heading;
      const left = (heading + 1) % 4;
      const right = (heading + 3) % 4;
      const open = [ahead, left, right].filter(canGo);
      if (open.length === 3) {
        const u = stream.uniform();
        heading = u >= turn ? ahead : u < turn / 2 ? left : right;
      } else heading = open.length === 1 ? open[0]! : open[stream.integer(2)]!;
      column += EAST_OF[heading]!;
      row += NORTH_OF[heading]!;
      goTo(leg, xOf(column), yOf(row), drawFrom(speedMps, stream));
    },
  };
};
