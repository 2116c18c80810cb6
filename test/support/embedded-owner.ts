import { loadConfig } from '../../src/config.js';
import { connectTemporal } from '../../src/temporal.js';

// Another terminal: uses the embedded server of QYS_E10_DATA, says what it got, and leaves when told so by SIGTERM.
const temporal = await connectTemporal(loadConfig());
process.once('SIGTERM', () => {
  void temporal.close().then(() => process.exit(0));
});
setInterval(() => undefined, 60_000);
console.log(JSON.stringify({ address: temporal.address, uiUrl: temporal.uiUrl }));
