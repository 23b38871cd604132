// A PouchDB server on loopback, filled with the notes of a file (one JSON document a line). Prints its port.
const express = require('express');
const fs = require('fs');
const readline = require('readline');
const PouchDB = require('pouchdb');

/** Documents that are written at once. */
const AT_ONCE = 1000;

async function fill(db, file) {
  let batch = [];
  for await (const line of readline.createInterface({ input: fs.createReadStream(file) })) {
    batch.push(JSON.parse(line));
    if (batch.length === AT_ONCE) {
      await db.bulkDocs(batch);
      batch = [];
    }
  }
  await db.bulkDocs(batch);
}

async function main([folder, file]) {
  const Local = PouchDB.defaults({ prefix: `${folder}/` });
  await fill(new Local('notes'), file);
  const app = express();
  app.use('/', require('express-pouchdb')(Local, { configPath: `${folder}/config.json`, logPath: `${folder}/log.txt`, mode: 'minimumForPouchDB' }));
  const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

main(process.argv.slice(2));
