/* What the files of this module share among themselves. */
#ifndef MODULES_INDICATORS_INTERNAL_H
#define MODULES_INDICATORS_INTERNAL_H

#include "modules/indicators/indicators.h"

struct derivation {
    struct str indicator_code, expression, note;
};
extern const struct shape derivation_shape;
/* E_NOT_FOUND when the indicator follows from no others. */
enum error derivation_find(struct ctx *ctx, struct str code,
                           struct derivation *derivation) MUST_USE;
/* The area that was asked for, which has to be there; the city where none was (no data). */
enum error area_or_city(struct ctx *ctx, struct str *area_code) MUST_USE;
/* Of an import: see formulas.c. */
enum error derivation_check(struct ctx *ctx, void *record) MUST_USE;

/* Checks an observation as it came in, completes what follows from it, and stores it with its
 * citation. Sets its id. */
enum error observation_store(struct ctx *ctx, struct observation *observation) MUST_USE;

/* Complains about the field where no figure, old or current, has the number. */
enum error fact_must_exist(struct ctx *ctx, const char *field, struct str fact_id) MUST_USE;

/* relations.c */
extern const struct import_target relation_target, claim_target;

/* The handlers that the module's table of routes names. */
extern const struct ownership observation_owned;
extern const struct import_target observation_target;
extern const struct handler observation_show_handler, observation_create_handler,
    observation_revise_handler, observation_publish_handler, series_show_handler,
    joined_show_handler, target_list_handler, target_outcomes_handler, scorecard_show_handler,
    changes_show_handler, stories_show_handler, lineage_show_handler;

#define OBSERVATION_ROUTES                                                                         \
    GET_LIST("/api/observations", observation_list, "观测", "Observations"),                       \
        POST("/api/observations", observation_create, "登记一个观测", "Record an observation",     \
             .roles = EDITORS, .approvers = APPROVERS, .owned = &observation_owned),               \
        GET_SINGLE("/api/observations/{id}", observation_show, "一个观测", "An observation"),      \
        POST_MATCH("/api/observations/{id}/revisions", observation_revise,                         \
                   "修订：新值另存一行，旧值保留",                                                 \
                   "Revise: the new value becomes a row of its own, the old one stays",            \
                   .roles = EDITORS, .approvers = APPROVERS),                                      \
        ACT("/api/observations/{id}/publication", observation_publish, "提请公开一个观测",         \
            "Publish an observation", .roles = EDITORS, .approvers = APPROVERS)
#define SERIES_ROUTES                                                                              \
    GET_WORK("/api/series", series_show, "一个指标在一个区域的数列",                               \
             "The series of an indicator in an area"),                                             \
        GET_WORK("/api/joined_series", joined_show, "把两个指标连成一条线（口径不同会拒绝）",      \
                 "Join two indicators in one line (refused where definitions differ)")
#define TARGET_ROUTES                                                                              \
    GET_TABLE("/api/targets", target_list, "目标及其状态", "Targets and where they stand"),        \
        GET_TABLE("/api/target_outcomes", target_outcomes, "已到期的目标结果如何",                 \
                  "How the targets landed whose period has ended"),                                \
        GET_TABLE("/api/scorecard", scorecard_show, "两年之间各指标的变化",                        \
                  "What each indicator made of the years between")
#define STORY_ROUTES                                                                               \
    GET_TABLE("/api/stories", stories_show, "各期的数先后怎么说",                                  \
              "What was said of each period, one after the other")
#define CHANGE_ROUTES                                                                              \
    GET_TABLE("/api/changes", changes_show, "某日以来有什么变化", "What has changed since a day")
#define RELEASE_ROUTES                                                                             \
    GET_TABLE("/api/releases_due", release_list, "何时该发布什么", "What is due when")
#define LINEAGE_ROUTES                                                                             \
    GET_WORK("/api/observations/{id}/lineage", lineage_show, "一个数的来龙去脉",                   \
             "Where a number comes from")

#endif
