// A first sync of everything that a PouchDB server has into a fresh PouchDB on the disk. Prints how long it took, ms,
// and how many documents came.
const PouchDB = require('pouchdb');

/** Documents a page, as ours. */
const PAGE = 1000;

async function main([folder, port]) {
  const local = new PouchDB(`${folder}/notes`);
  const from = `http://127.0.0.1:${port}/notes`;
  const began = performance.now();
  const done = await PouchDB.replicate(from, local, { batch_size: PAGE, batches_limit: 2, checkpoint: 'target' });
  console.log(`${Math.round(performance.now() - began)} ${done.docs_written}`);
  await local.close();
}

main(process.argv.slice(2));
