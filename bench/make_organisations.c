/* Makes up organisations: a CSV as POST /api/imports takes it, the same bytes for the same number.
 *
 *   make_organisations [COUNT] > organisations.csv      1,310,000 of them by default
 *
 * Names are put together as Chinese companies' are: place, brand, trade, legal form. Nobody is
 * meant by any of them; codes are valid as GB 32100-2015 has it, their registering authority (Y1)
 * is one that does not exist. Some words are far commoner than others, as they are in a register.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t state = 20260303;

static uint32_t chance(uint32_t below)
{
    state ^= state << 13; /* xorshift64* */
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state * UINT64_C(2685821657736338717)) >> 32) % below;
}

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

static int value_of(char c)
{
    return (int)(strchr(alphabet, c) - alphabet);
}

/* GB 11714-1997: the check character of an organisation code of 8. */
static char organisation_check(const char *code)
{
    static const int weights[] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 8; i++) {
        int value = code[i] <= '9' ? code[i] - '0' : code[i] - 'A' + 10;
        sum += value * weights[i];
    }
    int check = 11 - sum % 11;
    return "?123456789X0"[check];
}

/* GB 32100-2015: the last of 18. */
static char code_check(const char *code)
{
    int sum = 0, weight = 1;
    for (int i = 0; i < 17; i++) {
        sum += value_of(code[i]) * weight;
        weight = weight * 3 % 31;
    }
    return alphabet[(31 - sum % 31) % 31];
}

/* The number in the organisation code makes each code another. */
static void make_code(uint32_t number, const char *area, char code[19])
{
    memcpy(code, "Y1", 2);
    memcpy(code + 2, area, 6);
    code[8] = 'M';
    code[9] = 'A';
    for (int i = 15; i >= 10; i--) {
        code[i] = alphabet[number % 31];
        number /= 31;
    }
    code[16] = organisation_check(code + 8);
    code[17] = code_check(code);
    code[18] = '\0';
}

/* What stands earlier is taken more often than what stands later. */
static size_t skewed(size_t count)
{
    uint32_t a = chance((uint32_t)count), b = chance((uint32_t)count);
    return chance(3) ? (size_t)a * b / count : a;
}

static const char *pick(const char *const *words, size_t count)
{
    return words[skewed(count)];
}
#define PICK(words) pick(words, COUNT(words))

static const struct {
    const char *code, *zh;
} areas[] = {
    {"500112", "渝北"},   {"500107", "九龙坡"}, {"500108", "南岸"},   {"500105", "江北"},
    {"500106", "沙坪坝"}, {"500103", "渝中"},   {"500113", "巴南"},   {"500109", "北碚"},
    {"500101", "万州"},   {"500116", "江津"},   {"500104", "大渡口"}, {"500118", "永川"},
    {"500117", "合川"},   {"500120", "璧山"},   {"500102", "涪陵"},   {"500115", "长寿"},
    {"500110", "綦江"},   {"500111", "大足"},   {"500151", "铜梁"},   {"500153", "荣昌"},
    {"500152", "潼南"},   {"500154", "开州"},   {"500119", "南川"},   {"500155", "梁平"},
    {"500114", "黔江"},   {"500156", "武隆"},   {"500233", "忠县"},   {"500235", "云阳"},
    {"500236", "奉节"},   {"500231", "垫江"},   {"500230", "丰都"},   {"500237", "巫山"},
    {"500238", "巫溪"},   {"500229", "城口"},   {"500240", "石柱"},   {"500241", "秀山"},
    {"500242", "酉阳"},   {"500243", "彭水"},
};

/* Two of these make a brand. */
static const char *const syllables[] = {
    "华", "中", "天", "鑫", "金", "恒", "盛", "达", "宏", "瑞", "祥", "泰", "康", "通", "科", "新",
    "博", "创", "众", "诚", "信", "德", "美", "佳", "嘉", "润", "远", "东", "正", "大", "宇", "腾",
    "飞", "龙", "凯", "汇", "丰", "源", "鼎", "立", "兴", "顺", "和", "安", "民", "力", "旺", "隆",
    "利", "亿", "海", "星", "辰", "云", "峰", "山", "江", "渝", "巴", "蜀", "锦", "绣", "园", "林",
    "森", "木", "禾", "田", "牧", "川", "石", "磊", "晶", "光", "明", "亮", "晨", "曦", "阳", "月",
    "朗", "清", "风", "雅", "文", "墨", "书", "翰", "学", "思", "智", "慧", "聪", "睿", "优", "卓",
    "越", "超", "凡", "领", "航", "启", "帆", "舟", "桥", "路", "景", "轩", "豪", "杰", "俊", "伟",
    "雄", "威", "武", "勇", "强", "健", "福", "禄", "寿", "喜", "庆", "乐", "欣", "悦", "怡", "馨",
    "玉", "珠", "宝", "贝", "翠", "碧", "蓝", "青", "紫", "红", "白", "雪", "冰", "霜", "露", "雨",
    "洋", "河", "湖", "泉", "涛", "波", "浩", "瀚", "澜", "溪", "谷", "岭", "岩", "岳", "鹏", "鹤",
    "凤", "麟", "骏", "驰", "骥", "鸿", "雁", "燕", "麦", "稻", "谦", "敬", "尚", "善", "仁", "义",
    "礼", "贤", "道", "元", "乾", "坤", "宸", "奕", "昊", "昕", "晟", "曜", "煜", "炜", "焱", "烁",
};

static const char *const trades[] = {
    "商贸",       "建筑工程", "科技",         "餐饮管理",   "信息技术", "文化传播",
    "汽车销售",   "机械制造", "物流",         "房地产开发", "农业发展", "装饰工程",
    "人力资源",   "电子商务", "医药",         "教育咨询",   "环保科技", "企业管理咨询",
    "劳务",       "物业管理", "食品",         "网络科技",   "智能科技", "生物科技",
    "新材料",     "新能源",   "电子",         "汽车零部件", "摩托车",   "仪器仪表",
    "软件",       "大数据",   "人工智能",     "集成电路",   "半导体",   "医疗器械",
    "生物医药",   "化工",     "冶金",         "铝业",       "钢结构",   "机器人",
    "航空",       "轨道交通", "智能网联汽车", "检测技术",   "工业设计", "知识产权服务",
    "技术转移",   "创业孵化", "融资租赁",     "服饰",       "家具",     "旅游",
    "酒店管理",   "园林绿化", "种植",         "养殖",       "茶叶",     "中药材",
    "火锅食品",   "印务",     "广告",         "影视传媒",   "体育文化", "健康管理",
    "养老服务",   "口腔医疗", "光电",         "激光",       "精密模具", "轴承",
    "阀门",       "电缆",     "变压器",       "齿轮",       "燃气",     "水务",
    "供应链管理", "跨境贸易",
};

static const char *const forms[] = {"有限公司",     "有限公司",     "有限公司",
                                    "有限责任公司", "股份有限公司", "合伙企业（有限合伙）",
                                    "集团有限公司"};
static const char *const small_forms[] = {"经营部",     "商行",   "服务部",
                                          "专业合作社", "工作室", "餐馆"};
static const char *const institutes[] = {"研究院", "研究所", "工程技术研究中心", "重点实验室"};

static void make_name(char *out, size_t size, size_t area, const char **kind)
{
    char brand[16];
    const char *third = chance(4) ? "" : PICK(syllables);
    const char *second = PICK(syllables);
    snprintf(brand, sizeof(brand), "%s%s%s", PICK(syllables), second, third);
    const char *trade = PICK(trades);
    uint32_t what = chance(100);
    *kind = what < 97 ? "enterprise" : what < 99 ? "institute" : "other";
    if (what >= 97)
        snprintf(out, size, "重庆%s%s%s", brand, trade, PICK(institutes));
    else if (what < 25)
        snprintf(out, size, "%s区%s%s%s", areas[area].zh, brand, trade, PICK(small_forms));
    else if (what < 35)
        snprintf(out, size, "%s（重庆）%s%s", brand, trade, PICK(forms));
    else if (what < 45)
        snprintf(out, size, "重庆市%s区%s%s%s", areas[area].zh, brand, trade, PICK(forms));
    else
        snprintf(out, size, "重庆%s%s%s", brand, trade, PICK(forms));
}

int main(int count, char **words)
{
    static char buffer[1 << 20];
    uint32_t wanted = count > 1 ? (uint32_t)strtoul(words[1], NULL, 10) : 1310000;
    setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
    puts("code,name,kind,area_code,state");
    for (uint32_t i = 0; i < wanted; i++) {
        char code[19], name[256];
        const char *kind;
        size_t area = skewed(COUNT(areas));
        make_code(i, areas[area].code, code);
        make_name(name, sizeof(name), area, &kind);
        printf("%s,%s,%s,%s,%s\n", code, name, kind, areas[area].code,
               chance(12) ? "active" : "closed");
    }
    return ferror(stdout) != 0;
}
