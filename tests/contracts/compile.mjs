// Compile the CashScript sources given as JSON on the standard input, and print their artifacts.
import { compileString } from 'cashc';
import { readFileSync } from 'node:fs';

const sources = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(sources.map((source) => compileString(source))));
