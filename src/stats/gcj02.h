/* GCJ-02, the shifted coordinates of published maps of China, and WGS 84.
 *
 * The shift has never been published officially; the constants are those of its common description
 * (the same as web/src/geo/gcj02.ts). It applies inside of a box around the mainland, 73.66–135.05°
 * east and 3.86–53.55° north; outside of it both systems are the same. It has no closed inverse:
 * ours goes on until the way back meets the point, within 1e-9 degrees (0.1 mm). */
#ifndef STATS_GCJ02_H
#define STATS_GCJ02_H

struct position {
    double longitude, latitude; /* degrees */
};

struct position gcj02_of_wgs84(struct position wgs84);
struct position wgs84_of_gcj02(struct position gcj02);

#endif
