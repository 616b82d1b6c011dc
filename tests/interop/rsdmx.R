# rsdmx reads the data and the structure.
#   Rscript rsdmx.R DATA STRUCTURE ROWS CODES
suppressMessages(library(rsdmx))
files <- commandArgs(trailingOnly = TRUE)

data <- as.data.frame(readSDMX(files[1], isURL = FALSE))
cat(sprintf("  rsdmx %s: %d observations, %d columns: %s …\n", packageVersion("rsdmx"), nrow(data),
            ncol(data), paste(head(names(data), 12), collapse = " ")))
print(head(data[, c("REF_AREA", "INDICATOR", "TIME_PERIOD", "NATURE", "OBS_VALUE", "OBS_STATUS")], 3))
write.table(data[, c("OBS_ID", "INDICATOR", "REF_AREA", "STATUS", "UNIT_MEASURE", "OBS_VALUE")],
            files[3], sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE,
            fileEncoding = "UTF-8")

structure <- readSDMX(files[2], isURL = FALSE)
lists <- slot(slot(structure, "codelists"), "codelists")
ids <- sapply(lists, function(list) slot(list, "id"))
counts <- sapply(lists, function(list) length(slot(list, "Code")))
cat("  code lists:", paste(ids, counts), "\n")
components <- slot(slot(slot(structure, "datastructures"), "datastructures")[[1]], "Components")
dimensions <- sapply(slot(components, "Dimensions"), function(d) slot(d, "conceptRef"))
cat("  dimensions:", dimensions, "\n")
wanted <- ids %in% c("CL_AREA", "CL_INDICATOR", "CL_MEASURE", "CL_STATUS")
write.table(data.frame(ids[wanted], counts[wanted]), files[4], sep = "\t", quote = FALSE,
            row.names = FALSE, col.names = FALSE)
