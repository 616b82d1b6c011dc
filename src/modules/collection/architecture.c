/* The three maps (三张图): the overall architecture, the core business of a department, and the
 * brain; drawn from the catalogue as it is, with the state of what is owed. What depends on data
 * that are late shows it. */
#include "architecture.sql.h"
#include "core/target.h"
#include "modules/collection/feeds.h"

enum { NODES_MAX = 6000, EDGES_MAX = 20000, USES_MAX = 10000 };

/* From where data come to where they are used; a node depends only on layers before its own. */
#define LAYERS(L)                                                                                  \
    L(LAYER_DEPARTMENT, "department", "责任部门", "Departments in charge")                         \
    L(LAYER_FEED, "feed", "报送通道", "Feeds")                                                     \
    L(LAYER_DATA, "data", "数据", "Data")                                                          \
    L(LAYER_REGISTER, "register", "登记册", "Registers")                                           \
    L(LAYER_INDICATOR, "indicator", "指标", "Indicators")                                          \
    L(LAYER_PAGE, "page", "应用", "Pages")
#define LAYER_CODE(code, name, zh, en) code,
enum layer { LAYERS(LAYER_CODE) LAYER_COUNT };
#define LAYER_NAME(code, name, zh, en) name,
static const char *const layer_names[] = {LAYERS(LAYER_NAME) NULL};

/* Worst last. */
static const char *const node_states[] = {"none", "current", "due", "never", "late", NULL};
static const char *const views[] = {"overall", "department", "brain", NULL};

struct node {
    struct str id, kind, zh, en, layer, state, address, detail, detail_en;
};
static const struct field node_fields[] = {
    FIELD(struct node, id, "编号", "Id"),
    FIELD(struct node, kind, "类型", "Kind"),
    FIELD(struct node, zh, "名称", "Name in Chinese"),
    FIELD(struct node, en, "英文名", "Name in English"),
    FIELD(struct node, layer, "层", "Layer", .choices = layer_names),
    FIELD(struct node, state, "状态：无报送、最新、待报、从未报送、逾期，取所依赖的数据中最差的",
          "State: none, current, due, never, late; the worst of the data that it depends on",
          .choices = node_states),
    FIELD(struct node, address, "打开的地址", "Address to open"),
    FIELD(struct node, detail, "说明", "Detail"),
    FIELD(struct node, detail_en, "英文说明", "Detail in English"),
};
static const SHAPE(node);

struct edge {
    struct str from, to, zh, en, state;
};
static const struct field edge_fields[] = {
    FIELD(struct edge, from, "从", "From"),
    FIELD(struct edge, to, "到", "To"),
    FIELD(struct edge, zh, "关系", "What it is, in Chinese"),
    FIELD(struct edge, en, "英文关系", "What it is, in English"),
    FIELD(struct edge, state, "状态", "State", .choices = node_states),
};
static const SHAPE(edge);

struct architecture_query {
    struct str view, department_code;
};
static const struct field architecture_query_fields[] = {
    FIELD(struct architecture_query, view, "哪一张：总体、部门核心业务、科创大脑；缺省总体",
          "Which: overall, department or brain; overall by default", .choices = views),
    FIELD(struct architecture_query, department_code, "部门（部门核心业务时必填）",
          "The department, for the view of one", .refers = "department"),
};
static const SHAPE(architecture_query);

struct architecture {
    struct str view;
    struct records layers, nodes, edges;
};
struct layer_row {
    struct str layer, zh, en;
};
static const struct field layer_row_fields[] = {
    FIELD(struct layer_row, layer, "层", "Layer"),
    FIELD(struct layer_row, zh, "名称", "Name in Chinese"),
    FIELD(struct layer_row, en, "英文名", "Name in English"),
};
static const SHAPE(layer_row);
static const struct field architecture_fields[] = {
    FIELD(struct architecture, view, "哪一张", "Which"),
    FIELD(struct architecture, layers, "层，从来处到用处", "Layers, from source to use",
          .of = &layer_row_shape),
    FIELD(struct architecture, nodes, "点", "Nodes", .of = &node_shape),
    FIELD(struct architecture, edges, "线", "Edges", .of = &edge_shape),
};
static const SHAPE(architecture);

/* --- Words ---------------------------------------------------------------------------------- */

struct words {
    const char *code, *zh, *en, *address;
};
static const struct words kind_words[] = {
    {"policy", "涉企政策", "Policies for enterprises", NULL},
    {"interpretation", "政策解读", "Readings of policies", NULL},
    {"funding", "资金支持", "Funding", NULL},
    {"factors", "要素保障", "Factors of production", NULL},
    {"innovation", "创新发展", "Innovation", NULL},
    {"services", "服务保障", "Services", NULL},
};
/* Where a register is read; its name is its import target's. */
static const struct words register_pages[] = {
    {"observations", NULL, NULL, "/indicators"},
    {"organisations", NULL, NULL, "/admin/organisations"},
    {"places", NULL, NULL, "/map"},
};
static const struct words topic_words[] = {
    {"rd_input", "研发投入", "R&D input", NULL},
    {"enterprises", "科技企业", "Enterprises", NULL},
    {"patents", "专利", "Patents", NULL},
    {"talent", "人才", "Talent", NULL},
    {"platforms", "平台", "Platforms", NULL},
    {"projects", "项目", "Projects", NULL},
    {"market", "技术市场", "Technology market", NULL},
    {"finance", "科技金融", "Finance", NULL},
    {"cooperation", "协同合作", "Cooperation", NULL},
    {"services", "服务", "Services", NULL},
    {"ranking", "排名与指数", "Rankings and indices", NULL},
    {"industry", "产业", "Industry", NULL},
    {"economy", "经济", "Economy", NULL},
    {"governance", "治理", "Governance", NULL},
    {"policy", "政策", "Policy", NULL},
    {"space", "空间", "Space", NULL},
};
static const struct words page_overview = {"overview", "总览", "Overview", "/"},
                          page_indicators = {"indicators", "指标", "Indicators", "/indicators"},
                          page_map = {"map", "区县地图", "Map", "/map"};

static struct words words_of(const struct words *words, size_t count, struct str code)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(code, words[i].code))
            return words[i];
    return (struct words){code.data, code.data, code.data, NULL};
}

/* --- The graph ------------------------------------------------------------------------------ */

struct graph {
    struct ctx *ctx;
    struct node *nodes;
    enum layer *layers;
    int *states; /* of the nodes: numbers of node_states */
    struct edge *edges;
    size_t (*ends)[2];
    size_t node_count, edge_count;
};

static struct graph graph_new(struct ctx *ctx)
{
    struct arena *arena = ctx->arena;
    return (struct graph){.ctx = ctx,
                          .nodes = arena_array(arena, NODES_MAX, sizeof(struct node)),
                          .layers = arena_array(arena, NODES_MAX, sizeof(enum layer)),
                          .states = arena_array(arena, NODES_MAX, sizeof(int)),
                          .edges = arena_array(arena, EDGES_MAX, sizeof(struct edge)),
                          .ends = arena_array(arena, EDGES_MAX, sizeof(size_t[2]))};
}

/* The node of this kind and code, new or there already. Past the ceiling there is one for the rest.
 */
static size_t node_of(struct graph *graph, enum layer layer, const char *kind, struct str code)
{
    struct str id = arena_print(graph->ctx->arena, "%s:%.*s", kind, STR_PRINT(code));
    for (size_t i = 0; i < graph->node_count; i++)
        if (graph->layers[i] == layer && str_equal(graph->nodes[i].id, id))
            return i;
    if (graph->node_count == NODES_MAX)
        return NODES_MAX - 1;
    size_t i = graph->node_count++;
    graph->layers[i] = layer;
    graph->nodes[i] =
        (struct node){.id = id, .kind = str_of(kind), .layer = str_of(layer_names[layer])};
    return i;
}

static void name(struct graph *graph, size_t node, struct str zh, struct str en, struct str address)
{
    graph->nodes[node].zh = zh;
    graph->nodes[node].en = en;
    graph->nodes[node].address = address;
}

static size_t node_in_words(struct graph *graph, enum layer layer, const char *kind,
                            struct words words)
{
    size_t node = node_of(graph, layer, kind, str_of(words.code));
    name(graph, node, str_of(words.zh), str_of(words.en), str_of(words.address));
    return node;
}

static void edge(struct graph *graph, size_t from, size_t to, const char *zh, const char *en)
{
    for (size_t i = 0; i < graph->edge_count; i++)
        if (graph->ends[i][0] == from && graph->ends[i][1] == to)
            return;
    if (graph->edge_count == EDGES_MAX || from == to)
        return;
    graph->ends[graph->edge_count][0] = from;
    graph->ends[graph->edge_count][1] = to;
    graph->edges[graph->edge_count++] =
        (struct edge){graph->nodes[from].id, graph->nodes[to].id, str_of(zh), str_of(en), STR_NONE};
}

static int state_number(struct str state)
{
    int i = 0;
    while (node_states[i] && !str_is(state, node_states[i]))
        i++;
    return node_states[i] ? i : 0;
}

/* Layer by layer, what depends on something bad is as bad. */
static void spread(struct graph *graph)
{
    for (enum layer layer = 0; layer < LAYER_COUNT; layer++)
        for (size_t i = 0; i < graph->edge_count; i++) {
            size_t from = graph->ends[i][0], to = graph->ends[i][1];
            if (graph->layers[to] == layer && graph->states[from] > graph->states[to])
                graph->states[to] = graph->states[from];
        }
    for (size_t i = 0; i < graph->node_count; i++)
        graph->nodes[i].state = str_of(node_states[graph->states[i]]);
    for (size_t i = 0; i < graph->edge_count; i++)
        graph->edges[i].state = graph->nodes[graph->ends[i][0]].state;
}

/* --- What is drawn ---------------------------------------------------------------------------- */

struct use {
    struct str data_set_code, indicator_code, name, name_en, topic;
};
static const struct field use_fields[] = {
    FIELD(struct use, data_set_code, "", ""), FIELD(struct use, indicator_code, "", ""),
    FIELD(struct use, name, "", ""),          FIELD(struct use, name_en, "", ""),
    FIELD(struct use, topic, "", ""),
};
static const SHAPE(use);

/* All that the maps are drawn from. */
struct material {
    struct records data_sets, uses, targets, feeds;
};

static struct str address(struct graph *graph, const char *before, struct str code)
{
    return arena_print(graph->ctx->arena, "%s%.*s", before, STR_PRINT(code));
}

static size_t department_node(struct graph *graph, const struct data_set *data_set)
{
    size_t node = node_of(graph, LAYER_DEPARTMENT, "department", data_set->department_code);
    name(graph, node, data_set->department_name, data_set->department_name_en,
         address(graph,
                 "/architecture?view=department&department_code=", data_set->department_code));
    return node;
}

static size_t data_set_node(struct graph *graph, const struct data_set *data_set)
{
    size_t node = node_of(graph, LAYER_DATA, "data_set", data_set->code);
    name(graph, node, data_set->name, data_set->name_en,
         address(graph, "/collection/", data_set->code));
    graph->nodes[node].detail = data_set->definition;
    graph->nodes[node].detail_en = data_set->definition_en;
    graph->states[node] = state_number(data_set->freshness);
    return node;
}

/* In the brain the six classes of data stand for their data sets. */
static size_t kind_node(struct graph *graph, const struct data_set *data_set)
{
    struct words words = words_of(kind_words, COUNT(kind_words), data_set->kind);
    size_t node = node_in_words(graph, LAYER_DATA, "kind", words);
    int state = state_number(data_set->freshness);
    graph->nodes[node].address = address(graph, "/collection?kind=", data_set->kind);
    if (state > graph->states[node])
        graph->states[node] = state;
    return node;
}

static size_t topic_node(struct graph *graph, struct str topic)
{
    size_t node = node_in_words(graph, LAYER_INDICATOR, "topic",
                                words_of(topic_words, COUNT(topic_words), topic));
    graph->nodes[node].address = address(graph, "/indicators?topic=", topic);
    return node;
}

static size_t indicator_node(struct graph *graph, const struct use *use)
{
    size_t node = node_of(graph, LAYER_INDICATOR, "indicator", use->indicator_code);
    name(graph, node, use->name, use->name_en, address(graph, "/indicators/", use->indicator_code));
    return node;
}

static bool has_target(const struct material *material, struct str indicator_code)
{
    const struct use *target = material->targets.items;
    for (size_t i = 0; i < material->targets.count; i++)
        if (str_equal(target[i].indicator_code, indicator_code))
            return true;
    return false;
}

static void draw_pages(struct graph *graph, const struct material *material, size_t from,
                       const struct use *use)
{
    edge(graph, from, node_in_words(graph, LAYER_PAGE, "page", page_indicators), "展示",
         "shown on");
    edge(graph, from, node_in_words(graph, LAYER_PAGE, "page", page_map), "展示", "shown on");
    if (has_target(material, use->indicator_code))
        edge(graph, from, node_in_words(graph, LAYER_PAGE, "page", page_overview), "展示",
             "shown on");
}

/* The indicators of the data set `from`, single or by their topics, and their pages. */
static void draw_uses(struct graph *graph, const struct material *material, struct str data_set,
                      size_t from, bool single)
{
    const struct use *use = material->uses.items;
    for (size_t i = 0; i < material->uses.count; i++) {
        if (!str_equal(use[i].data_set_code, data_set))
            continue;
        size_t node = single ? indicator_node(graph, &use[i]) : topic_node(graph, use[i].topic);
        edge(graph, from, node, "计算", "computed from");
        draw_pages(graph, material, node, &use[i]);
    }
}

static void draw_register(struct graph *graph, const struct data_set *data_set, size_t from)
{
    if (!data_set->target.data)
        return;
    const struct import_target *target = target_named(data_set->target);
    struct words words = words_of(register_pages, COUNT(register_pages), data_set->target);
    words.zh = target ? target->zh : words.code;
    words.en = target ? target->en : words.code;
    size_t node = node_in_words(graph, LAYER_REGISTER, "register", words);
    if (!words.address)
        graph->nodes[node].address = address(graph, "/imports?target=", data_set->target);
    edge(graph, from, node, "导入", "imported into");
}

static void draw_feeds(struct graph *graph, const struct material *material,
                       const struct data_set *data_set, size_t from, size_t to)
{
    static const struct words methods[] = {{"drop", "投放", "Drop", NULL},
                                           {"push", "推送", "Push", NULL},
                                           {"pull", "拉取", "Pull", NULL}};
    const struct feed *feed = material->feeds.items;
    for (size_t i = 0; i < material->feeds.count; i++) {
        if (!str_equal(feed[i].data_set_code, data_set->code) || !feed[i].active)
            continue;
        struct words words = words_of(methods, COUNT(methods), feed[i].method);
        struct str number = arena_print(graph->ctx->arena, "%lld", (long long)feed[i].id);
        size_t node = node_of(graph, LAYER_FEED, "feed", number);
        name(graph, node, str_of(words.zh), str_of(words.en), STR("/collection/feeds"));
        edge(graph, from, node, "经由", "through");
        edge(graph, node, to, "报送", "delivers");
    }
}

static void draw(struct graph *graph, const struct material *material, const char *view)
{
    const struct data_set *data_set = material->data_sets.items;
    bool brain = strcmp(view, "brain") == 0, single = strcmp(view, "department") == 0;
    for (size_t i = 0; i < material->data_sets.count; i++) {
        size_t node = brain ? kind_node(graph, &data_set[i]) : data_set_node(graph, &data_set[i]);
        if (!brain) {
            size_t department = department_node(graph, &data_set[i]);
            edge(graph, department, node, "负责", "in charge of");
            draw_feeds(graph, material, &data_set[i], department, node);
        }
        draw_register(graph, &data_set[i], node);
        draw_uses(graph, material, data_set[i].code, node, single);
    }
    spread(graph);
}

/* --- Reading -------------------------------------------------------------------------------- */

static enum error read_material(struct ctx *ctx, struct str department, struct material *out)
{
    enum error error = data_sets_seen(ctx, department, &out->data_sets);
    if (!error)
        error =
            db_all(ctx, &sql_architecture_indicators, NO_ARGS, &use_shape, USES_MAX, &out->uses);
    if (!error)
        error =
            db_all(ctx, &sql_architecture_targets, NO_ARGS, &use_shape, USES_MAX, &out->targets);
    if (!error && role_in(ctx->who->role, COLLECTION_READERS))
        error = feeds_seen(ctx, &out->feeds);
    return error;
}

static struct records layer_rows(struct arena *arena)
{
#define LAYER_ROW(code, name, zh, en) {STR_INIT(name), STR_INIT(zh), STR_INIT(en)},
    static const struct layer_row rows[] = {LAYERS(LAYER_ROW)};
    (void)arena;
    return (struct records){rows, COUNT(rows)};
}

SHARED_HANDLER(architecture_show, architecture_query, architecture)
{
    struct material material = {0};
    struct str view = in->view.data ? in->view : STR("overall");
    bool of_one = str_is(view, "department");
    if (of_one && !in->department_code.data)
        return complain(ctx, STR("department_code"), "请说明是哪个部门", "say which department");
    enum error error = read_material(ctx, of_one ? in->department_code : STR_NONE, &material);
    if (error)
        return error;
    struct graph graph = graph_new(ctx);
    draw(&graph, &material, view.data);
    out->view = view;
    out->layers = layer_rows(ctx->arena);
    out->nodes = (struct records){graph.nodes, graph.node_count};
    out->edges = (struct records){graph.edges, graph.edge_count};
    return E_OK;
}

/* The same as two tables. */
struct node_page {
    struct records items;
};
static const struct field node_page_fields[] = {
    FIELD(struct node_page, items, "点", "Nodes", .of = &node_shape),
};
static const SHAPE(node_page);

SHARED_HANDLER(architecture_node_list, architecture_query, node_page)
{
    struct architecture all;
    enum error error = architecture_show(ctx, in, &all);
    out->items = all.nodes;
    return error;
}

struct edge_page {
    struct records items;
};
static const struct field edge_page_fields[] = {
    FIELD(struct edge_page, items, "线", "Edges", .of = &edge_shape),
};
static const SHAPE(edge_page);

SHARED_HANDLER(architecture_edge_list, architecture_query, edge_page)
{
    struct architecture all;
    enum error error = architecture_show(ctx, in, &all);
    out->items = all.edges;
    return error;
}
