// Runs a module of CPython in Node: node python.mjs <folder of Pyodide> <folder to show it> -m <module> <arguments>
import { pathToFileURL } from "node:url";

const [pyodide, shown, , module, ...args] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const python = await loadPyodide();
python.mountNodeFS(shown, shown);
python.globals.set("argv", python.toPy([module, ...args]));
process.exitCode = python.runPython(`
import runpy, sys
sys.argv = argv
try:
    runpy.run_module(argv[0], run_name="__main__", alter_sys=True)
    code = 0
except SystemExit as end:
    code = int(end.code or 0)
code
`);
