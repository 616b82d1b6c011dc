// Which files of boundaries the pages can show, by the administrative code of the area that a file
// divides. A file is listed here after someone has compared its codes with those in use; `renamed`
// says which codes have changed since it was made. A city without a file keeps its tiles.
export const files = {
  500000: { path: 'map/json/province/chongqing.json', renamed: { 500228: 500155, 500232: 500156 } },
};
