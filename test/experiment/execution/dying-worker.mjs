// a worker as it is shipped, that is asked after one that dies of some cells; both are there before the first message
import './killed-by-cells.mjs';
import '../../../dist/experiment/execution/worker.js';
