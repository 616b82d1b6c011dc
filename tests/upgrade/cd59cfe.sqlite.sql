PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migration (module TEXT NOT NULL, name TEXT NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (module, name)) STRICT;
INSERT INTO schema_migration VALUES('core','0001_create',1709085151482985582);
INSERT INTO schema_migration VALUES('city','0001_create',1778678099029609655);
INSERT INTO schema_migration VALUES('areas','0001_create',4266503457416042227);
INSERT INTO schema_migration VALUES('documents','0001_create',967276088024993414);
INSERT INTO schema_migration VALUES('atlas','0001_create',5094103440773297140);
INSERT INTO schema_migration VALUES('indicators','0001_create',8728339158055529793);
CREATE TABLE commit_sequence (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    value    INTEGER NOT NULL
) STRICT;
INSERT INTO commit_sequence VALUES(1,3);
CREATE TABLE commit_log (
    sequence    INTEGER  PRIMARY KEY,
    recorded_at INTEGER  NOT NULL,
    actor       TEXT NOT NULL,
    action      TEXT NOT NULL
) STRICT;
INSERT INTO commit_log VALUES(1,1795612451,'system','pack');
INSERT INTO commit_log VALUES(2,1795612451,'operator','POST /api/observations');
INSERT INTO commit_log VALUES(3,1795612451,'operator','POST /api/observations/{id}/revisions');
CREATE TABLE idempotency (
    principal    TEXT NOT NULL,
    claim_key    TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    expires_at   INTEGER  NOT NULL,
    status       INTEGER,
    location     TEXT,
    etag         INTEGER,
    body         TEXT,
    PRIMARY KEY (principal, claim_key)
) STRICT;
CREATE TABLE city_setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
INSERT INTO city_setting VALUES('id','xingzhou');
INSERT INTO city_setting VALUES('name','星州');
INSERT INTO city_setting VALUES('name_en','Xingzhou');
INSERT INTO city_setting VALUES('root_area','XZ');
INSERT INTO city_setting VALUES('utc_offset_minutes','480');
INSERT INTO city_setting VALUES('title','星州科创台');
INSERT INTO city_setting VALUES('title_en','Xingzhou Innovation Desk');
INSERT INTO city_setting VALUES('default_area_set','districts');
CREATE TABLE department (
    code            TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    scope           TEXT,
    named_in_source INTEGER NOT NULL
) STRICT;
INSERT INTO department VALUES('XD01','市科技局','Municipal Science and Technology Bureau','科技企业、项目、平台',1);
INSERT INTO department VALUES('XD02','市统计局','Municipal Bureau of Statistics','统计',1);
INSERT INTO department VALUES('XD03','市财政局','Municipal Finance Bureau','资金',0);
CREATE TABLE calendar_day (
    date TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('holiday', 'workday')),
    name TEXT NOT NULL
) STRICT;
INSERT INTO calendar_day VALUES('2026-01-01','holiday','元旦');
INSERT INTO calendar_day VALUES('2026-01-04','workday','元旦');
INSERT INTO calendar_day VALUES('2026-10-01','holiday','国庆节');
INSERT INTO calendar_day VALUES('2026-10-02','holiday','国庆节');
CREATE TABLE area (
    code          TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    name_en       TEXT NOT NULL,
    short_name    TEXT NOT NULL,
    short_name_en TEXT NOT NULL,
    pinyin        TEXT NOT NULL,
    kind          TEXT NOT NULL,
    gb_code       TEXT,
    parent        TEXT REFERENCES area (code),
    valid_from    TEXT,
    valid_to      TEXT,
    tile_column   INTEGER,
    tile_row      INTEGER,
    longitude     REAL,
    latitude      REAL,
    note          TEXT,
    CHECK (valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to)
) STRICT;
INSERT INTO area VALUES('XZ','星州市','Xingzhou City','星州','Xingzhou','xingzhou','municipality',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'虚构，只供测试');
INSERT INTO area VALUES('XZ-DL','东林区','Donglin District','东林','Donglin','donglin','district',NULL,'XZ',NULL,NULL,2,1,NULL,NULL,'虚构，只供测试');
INSERT INTO area VALUES('XZ-NP','南浦区','Nanpu District','南浦','Nanpu','nanpu','district',NULL,'XZ',NULL,NULL,1,2,NULL,NULL,'虚构，只供测试');
INSERT INTO area VALUES('XZ-XL','西岭县','Xiling County','西岭','Xiling','xiling','county',NULL,'XZ',NULL,NULL,0,1,NULL,NULL,'虚构，只供测试');
INSERT INTO area VALUES('XZ-BH','北湖区','Beihu District','北湖','Beihu','beihu','district',NULL,'XZ',NULL,NULL,1,0,NULL,NULL,'虚构，只供测试');
INSERT INTO area VALUES('XZ-GD','港东区','Gangdong District','港东','Gangdong','gangdong','district',NULL,'XZ',NULL,'2025-12-31',2,2,NULL,NULL,'虚构，只供测试；2026-01-01 并入新港区');
INSERT INTO area VALUES('XZ-GX','港西区','Gangxi District','港西','Gangxi','gangxi','district',NULL,'XZ',NULL,'2025-12-31',1,1,NULL,NULL,'虚构，只供测试；2026-01-01 并入新港区');
INSERT INTO area VALUES('XZ-XG','新港区','Xingang District','新港','Xingang','xingang','district',NULL,'XZ','2026-01-01',NULL,1,1,NULL,NULL,'虚构，只供测试；由港东区、港西区合并');
INSERT INTO area VALUES('XZ-PARK','星湖科技园','Xinghu Science Park','星湖园','Xinghu Park','xinghukejiyuan','zone',NULL,'XZ','2012-05-01',NULL,2,0,NULL,NULL,'虚构，只供测试；与北湖区重叠，不与区县相加');
CREATE TABLE area_succession (
    predecessor TEXT NOT NULL REFERENCES area (code),
    successor   TEXT NOT NULL REFERENCES area (code),
    date        TEXT NOT NULL,
    note        TEXT,
    PRIMARY KEY (predecessor, successor)
) STRICT;
INSERT INTO area_succession VALUES('XZ-GD','XZ-XG','2026-01-01','虚构，只供测试');
INSERT INTO area_succession VALUES('XZ-GX','XZ-XG','2026-01-01','虚构，只供测试');
CREATE TABLE area_set (
    code    TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    name_en TEXT NOT NULL,
    kind    TEXT NOT NULL,
    note    TEXT
) STRICT;
INSERT INTO area_set VALUES('districts','区县','Districts and counties','partition','2025-12-31 以前 6 个，其后 5 个');
INSERT INTO area_set VALUES('monitored','监测单元','Monitored units','monitored','区县另加科技园');
INSERT INTO area_set VALUES('riverside','滨江组','Riverside group','group','虚构，只供测试');
CREATE TABLE area_set_member (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    set_code   TEXT NOT NULL REFERENCES area_set (code),
    area_code  TEXT NOT NULL REFERENCES area (code),
    valid_from TEXT,
    valid_to   TEXT,
    UNIQUE (set_code, area_code)
) STRICT;
INSERT INTO area_set_member VALUES(1,'districts','XZ-DL',NULL,NULL);
INSERT INTO area_set_member VALUES(2,'districts','XZ-NP',NULL,NULL);
INSERT INTO area_set_member VALUES(3,'districts','XZ-XL',NULL,NULL);
INSERT INTO area_set_member VALUES(4,'districts','XZ-BH',NULL,NULL);
INSERT INTO area_set_member VALUES(5,'districts','XZ-GD',NULL,'2025-12-31');
INSERT INTO area_set_member VALUES(6,'districts','XZ-GX',NULL,'2025-12-31');
INSERT INTO area_set_member VALUES(7,'districts','XZ-XG','2026-01-01',NULL);
INSERT INTO area_set_member VALUES(8,'monitored','XZ-DL',NULL,NULL);
INSERT INTO area_set_member VALUES(9,'monitored','XZ-NP',NULL,NULL);
INSERT INTO area_set_member VALUES(10,'monitored','XZ-XL',NULL,NULL);
INSERT INTO area_set_member VALUES(11,'monitored','XZ-BH',NULL,NULL);
INSERT INTO area_set_member VALUES(12,'monitored','XZ-GD',NULL,'2025-12-31');
INSERT INTO area_set_member VALUES(13,'monitored','XZ-GX',NULL,'2025-12-31');
INSERT INTO area_set_member VALUES(14,'monitored','XZ-XG','2026-01-01',NULL);
INSERT INTO area_set_member VALUES(15,'monitored','XZ-PARK','2012-05-01',NULL);
INSERT INTO area_set_member VALUES(16,'riverside','XZ-NP',NULL,NULL);
INSERT INTO area_set_member VALUES(17,'riverside','XZ-GD',NULL,'2025-12-31');
INSERT INTO area_set_member VALUES(18,'riverside','XZ-GX',NULL,'2025-12-31');
INSERT INTO area_set_member VALUES(19,'riverside','XZ-XG','2026-01-01',NULL);
CREATE TABLE source (
    code        TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    title       TEXT NOT NULL,
    title_en    TEXT,
    publisher   TEXT,
    published   TEXT,
    sha256      TEXT UNIQUE,
    url         TEXT,
    second_hand INTEGER NOT NULL,
    note        TEXT,
    uploaded    INTEGER NOT NULL, -- it came with a document, not with the pack
    visibility  INTEGER  NOT NULL CHECK (visibility BETWEEN 0 AND 3)
) STRICT;
INSERT INTO source VALUES('B001','bulletin','星州科技创新简报（虚构）','Xingzhou innovation bulletin (invented)','星州科创台','2026-03-10','3d61bb33447ded173ddce9d75bb6ae7e86fe2a7a924f5fb3b0d668c4cb95507b',NULL,0,'bulletins/bulletin_2026.md；虚构，只供测试',0,0);
INSERT INTO source VALUES('X001','dataset','星州统计数据（虚构）','Xingzhou statistics (invented)','星州市统计局',NULL,NULL,NULL,0,'虚构，只供测试',0,0);
CREATE TABLE document (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    title       TEXT NOT NULL,
    source_code TEXT NOT NULL UNIQUE REFERENCES source (code),
    sha256      TEXT NOT NULL UNIQUE,
    media_type  TEXT NOT NULL,
    size        INTEGER  NOT NULL,
    line_count  INTEGER  NOT NULL,
    published   TEXT,
    visibility  INTEGER  NOT NULL CHECK (visibility BETWEEN 0 AND 3),
    added_seq   INTEGER  NOT NULL,
    changed_seq INTEGER  NOT NULL
) STRICT;
INSERT INTO document VALUES(1,'bulletin_2026.md','星州科技创新简报（虚构）','B001','3d61bb33447ded173ddce9d75bb6ae7e86fe2a7a924f5fb3b0d668c4cb95507b','text/markdown',573,15,'2026-03-10',0,1,1);
CREATE TABLE document_line (
    document_id INTEGER  NOT NULL REFERENCES document (id),
    line        INTEGER  NOT NULL,
    text        TEXT NOT NULL,
    PRIMARY KEY (document_id, line)
) STRICT;
INSERT INTO document_line VALUES(1,1,'# 星州科技创新简报（虚构）');
INSERT INTO document_line VALUES(1,2,'发布：2026-03-10 星州科创台');
INSERT INTO document_line VALUES(1,3,'');
INSERT INTO document_line VALUES(1,4,'本简报与其中的城市、机构、数字都是虚构的，只供测试软件。');
INSERT INTO document_line VALUES(1,5,'');
INSERT INTO document_line VALUES(1,6,'## 去年');
INSERT INTO document_line VALUES(1,7,'');
INSERT INTO document_line VALUES(1,8,'预计2025年全社会研发经费为112亿元，投入强度为2.67%。');
INSERT INTO document_line VALUES(1,9,'年末高新技术企业超过920家，技术合同成交额为228亿元。');
INSERT INTO document_line VALUES(1,10,'');
INSERT INTO document_line VALUES(1,11,'## 今年的目标');
INSERT INTO document_line VALUES(1,12,'');
INSERT INTO document_line VALUES(1,13,'研发投入强度力争达到2.8%，研发人员超过2.4万人。');
INSERT INTO document_line VALUES(1,14,'高新技术企业达到1050家，每万人口高价值发明专利达到12.5件。');
INSERT INTO document_line VALUES(1,15,'技术合同成交额达到260亿元，创新城市榜位次进入前10位。');
CREATE TABLE citation (
    subject     TEXT NOT NULL,
    subject_id  INTEGER  NOT NULL,
    source_code TEXT NOT NULL REFERENCES source (code),
    line        INTEGER,
    token       TEXT,
    visibility  INTEGER  NOT NULL CHECK (visibility BETWEEN 0 AND 3), -- the record's
    ended_seq   INTEGER, -- since when the record is no longer the current one
    PRIMARY KEY (subject, subject_id)
) STRICT;
INSERT INTO citation VALUES('observation',1,'B001',8,'112亿元',0,NULL);
INSERT INTO citation VALUES('observation',2,'B001',8,'2.67%',0,NULL);
INSERT INTO citation VALUES('observation',3,'B001',9,'920家',0,NULL);
INSERT INTO citation VALUES('observation',4,'B001',9,'228亿元',0,NULL);
INSERT INTO citation VALUES('observation',5,'B001',13,'2.8%',0,NULL);
INSERT INTO citation VALUES('observation',6,'B001',13,'2.4万人',0,NULL);
INSERT INTO citation VALUES('observation',7,'B001',14,'1050家',0,NULL);
INSERT INTO citation VALUES('observation',8,'B001',14,'12.5件',0,NULL);
INSERT INTO citation VALUES('observation',9,'B001',15,'260亿元',0,NULL);
INSERT INTO citation VALUES('observation',10,'B001',15,'10位',0,NULL);
INSERT INTO citation VALUES('observation',11,'X001',NULL,'3000亿元',0,NULL);
INSERT INTO citation VALUES('observation',12,'X001',NULL,'3150亿元',0,NULL);
INSERT INTO citation VALUES('observation',13,'X001',NULL,'3400亿元',0,NULL);
INSERT INTO citation VALUES('observation',14,'X001',NULL,'3560亿元',0,NULL);
INSERT INTO citation VALUES('observation',15,'X001',NULL,'3800亿元',0,NULL);
INSERT INTO citation VALUES('observation',16,'X001',NULL,'4000亿元',0,NULL);
INSERT INTO citation VALUES('observation',17,'X001',NULL,'60亿元',0,NULL);
INSERT INTO citation VALUES('observation',18,'X001',NULL,'66.15亿元',0,NULL);
INSERT INTO citation VALUES('observation',19,'X001',NULL,'75亿元',0,NULL);
INSERT INTO citation VALUES('observation',20,'X001',NULL,'81.88亿元',0,NULL);
INSERT INTO citation VALUES('observation',21,'X001',NULL,'91.2亿元',0,NULL);
INSERT INTO citation VALUES('observation',22,'X001',NULL,'100亿元',0,NULL);
INSERT INTO citation VALUES('observation',23,'X001',NULL,'2.00%',0,NULL);
INSERT INTO citation VALUES('observation',24,'X001',NULL,'2.10%',0,NULL);
INSERT INTO citation VALUES('observation',25,'X001',NULL,'2.21%',0,NULL);
INSERT INTO citation VALUES('observation',26,'X001',NULL,'2.30%',0,NULL);
INSERT INTO citation VALUES('observation',27,'X001',NULL,'2.40%',0,NULL);
INSERT INTO citation VALUES('observation',28,'X001',NULL,'2.50%',0,NULL);
INSERT INTO citation VALUES('observation',29,'X001',NULL,'400家',0,NULL);
INSERT INTO citation VALUES('observation',30,'X001',NULL,'480家',0,NULL);
INSERT INTO citation VALUES('observation',31,'X001',NULL,'575家',0,NULL);
INSERT INTO citation VALUES('observation',32,'X001',NULL,'690家',0,NULL);
INSERT INTO citation VALUES('observation',33,'X001',NULL,'810家',0,NULL);
INSERT INTO citation VALUES('observation',34,'X001',NULL,'17.4%',0,NULL);
INSERT INTO citation VALUES('observation',35,'X001',NULL,'6.1件',0,NULL);
INSERT INTO citation VALUES('observation',36,'X001',NULL,'8.4件',0,NULL);
INSERT INTO citation VALUES('observation',37,'X001',NULL,'9.6件',0,NULL);
INSERT INTO citation VALUES('observation',38,'X001',NULL,'10.9件',0,NULL);
INSERT INTO citation VALUES('observation',39,'X001',NULL,'120亿元',0,NULL);
INSERT INTO citation VALUES('observation',40,'X001',NULL,'150亿元',0,NULL);
INSERT INTO citation VALUES('observation',41,'X001',NULL,'190亿元',0,NULL);
INSERT INTO citation VALUES('observation',42,'X001',NULL,'60亿元',0,NULL);
INSERT INTO citation VALUES('observation',43,'X001',NULL,'130亿元',0,NULL);
INSERT INTO citation VALUES('observation',44,'X001',NULL,'19000人',0,NULL);
INSERT INTO citation VALUES('observation',45,'X001',NULL,'20500人',0,NULL);
INSERT INTO citation VALUES('observation',46,'X001',NULL,'第12位',0,NULL);
INSERT INTO citation VALUES('observation',47,'X001',NULL,'30亿元',0,NULL);
INSERT INTO citation VALUES('observation',48,'X001',NULL,'18亿元',0,NULL);
INSERT INTO citation VALUES('observation',49,'X001',NULL,'6亿元',0,NULL);
INSERT INTO citation VALUES('observation',50,'X001',NULL,'22亿元',0,NULL);
INSERT INTO citation VALUES('observation',51,'X001',NULL,'10亿元',0,NULL);
INSERT INTO citation VALUES('observation',52,'X001',NULL,'14亿元',0,NULL);
INSERT INTO citation VALUES('observation',53,'X001',NULL,'260家',0,NULL);
INSERT INTO citation VALUES('observation',54,'X001',NULL,'150家',0,NULL);
INSERT INTO citation VALUES('observation',55,'X001',NULL,'40家',0,NULL);
INSERT INTO citation VALUES('observation',56,'X001',NULL,'190家',0,NULL);
INSERT INTO citation VALUES('observation',57,'X001',NULL,'80家',0,NULL);
INSERT INTO citation VALUES('observation',58,'X001',NULL,'90家',0,NULL);
INSERT INTO citation VALUES('observation',59,'X001',NULL,'120家',0,NULL);
CREATE TABLE place (
    code        TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    name_en     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    kind_en     TEXT NOT NULL,
    area_code   TEXT REFERENCES area (code),
    longitude   REAL NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    latitude    REAL NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    precision_m INTEGER  NOT NULL CHECK (precision_m > 0),
    basis       TEXT NOT NULL,
    sample      INTEGER NOT NULL,
    note        TEXT
) STRICT;
INSERT INTO place VALUES('XP01','星湖实验室','Xinghu Laboratory','实验室','laboratory','XZ-PARK',100.51999999999999601,20.410000000000000142,3000,'ours',0,'虚构，只供测试');
INSERT INTO place VALUES('XP02','星州大学','Xingzhou University','高校','university','XZ-DL',100.60999999999999943,20.35999999999999943,1000,'ours',0,'虚构，只供测试');
CREATE TABLE indicator (
    code      TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    name_en   TEXT NOT NULL,
    topic     TEXT NOT NULL,
    unit      TEXT NOT NULL,
    measure   TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('up', 'down', 'none')),
    frequency TEXT,
    publisher TEXT,
    basis     TEXT NOT NULL,
    note      TEXT
) STRICT;
INSERT INTO indicator VALUES('GDP','地区生产总值','Gross regional product','economy','元','flow','up','year','市统计局','source','虚构，只供测试');
INSERT INTO indicator VALUES('RD01','全社会研发经费支出','Gross domestic expenditure on R&D','rd_input','元','flow','up','year','市统计局','source','虚构，只供测试');
INSERT INTO indicator VALUES('RD02','全社会研发经费投入强度','R&D intensity','rd_input','%','ratio','up','year','市统计局','source','虚构，只供测试');
INSERT INTO indicator VALUES('EN01','高新技术企业数','High-tech enterprises','enterprises','家','stock','up','year','市科技局','source','虚构，只供测试');
INSERT INTO indicator VALUES('IP02','每万人口高价值发明专利拥有量','High-value invention patents per 10,000 inhabitants','patents','件/万人','ratio','up','quarter','市科技局','source','虚构，只供测试');
INSERT INTO indicator VALUES('TM01','技术合同成交额','Value of technology contracts registered','market','元','flow','up','month','市科技局','source','虚构，只供测试');
INSERT INTO indicator VALUES('TL01','研发人员数','R&D personnel','talent','人','stock','up','year','市统计局','source','虚构，只供测试');
INSERT INTO indicator VALUES('XR01','星州创新城市榜位次','Rank on the Xingzhou list of innovative cities','ranking','位','rank','down','year','市科技局','source','虚构，只供测试');
INSERT INTO indicator VALUES('RD_PER_HEAD','研发人员人均研发经费','R&D expenditure per R&D person','rd_input','元/人','ratio','up','year',NULL,'ours','虚构，只供测试；由其他指标计算');
CREATE TABLE indicator_definition (
    indicator_code TEXT NOT NULL REFERENCES indicator (code),
    version        INTEGER  NOT NULL CHECK (version >= 1),
    valid_from     TEXT,
    valid_to       TEXT,
    definition     TEXT NOT NULL,
    definition_en  TEXT,
    numerator      TEXT,
    denominator    TEXT,
    formula        TEXT,
    basis          TEXT NOT NULL,
    PRIMARY KEY (indicator_code, version)
) STRICT;
INSERT INTO indicator_definition VALUES('GDP',1,NULL,NULL,'按现价计算的地区生产总值','Gross regional product at current prices.',NULL,NULL,NULL,'source');
INSERT INTO indicator_definition VALUES('RD01',1,NULL,NULL,'当年研发经费内部支出合计','Intramural R&D expenditure of the year.',NULL,NULL,NULL,'source');
INSERT INTO indicator_definition VALUES('RD02',1,NULL,NULL,'研发经费与地区生产总值之比','R&D expenditure as a percentage of GDP.','RD01','GDP','100*a/b','source');
INSERT INTO indicator_definition VALUES('EN01',1,NULL,NULL,'年末证书有效的高新技术企业数','Enterprises with a valid certificate at the end of the year.',NULL,NULL,NULL,'source');
INSERT INTO indicator_definition VALUES('IP02',1,NULL,'2022-12-31','四类高价值发明专利，每万常住人口','Four categories of high-value patents per 10,000 inhabitants.',NULL,NULL,NULL,'source');
INSERT INTO indicator_definition VALUES('IP02',2,'2023-01-01',NULL,'五类高价值发明专利，每万常住人口','Five categories of high-value patents per 10,000 inhabitants.',NULL,NULL,NULL,'source');
INSERT INTO indicator_definition VALUES('TM01',1,NULL,NULL,'当年登记的技术合同成交额','Value of contracts registered.',NULL,NULL,NULL,'source');
INSERT INTO indicator_definition VALUES('TL01',1,NULL,NULL,'年末研发人员数','R&D personnel at the end of the year.',NULL,NULL,NULL,'source');
INSERT INTO indicator_definition VALUES('XR01',1,NULL,NULL,'虚构榜单上的位次','Position on an invented list.',NULL,NULL,NULL,'ours');
INSERT INTO indicator_definition VALUES('RD_PER_HEAD',1,NULL,NULL,'研发经费与研发人员数之比','R&D expenditure divided by R&D personnel.','RD01','TL01','a/b','ours');
CREATE TABLE indicator_derivation (
    indicator_code TEXT PRIMARY KEY REFERENCES indicator (code),
    expression     TEXT NOT NULL,
    note           TEXT
) STRICT;
INSERT INTO indicator_derivation VALUES('RD02','100 * RD01 / GDP','与公布值并列');
INSERT INTO indicator_derivation VALUES('RD_PER_HEAD','RD01 / TL01','虚构，只供测试');
CREATE TABLE release_rule (
    indicator_code TEXT NOT NULL REFERENCES indicator (code),
    period_kind    TEXT NOT NULL CHECK (period_kind IN ('year', 'quarter', 'month')),
    status         TEXT NOT NULL,
    months_after   INTEGER  NOT NULL CHECK (months_after BETWEEN 0 AND 60),
    publisher      TEXT,
    basis          TEXT NOT NULL,
    note           TEXT,
    PRIMARY KEY (indicator_code, period_kind, status)
) STRICT;
INSERT INTO release_rule VALUES('RD01','year','final',9,'市统计局','ours','虚构，只供测试');
INSERT INTO release_rule VALUES('RD02','year','final',9,'市统计局','ours','虚构，只供测试');
INSERT INTO release_rule VALUES('GDP','year','preliminary',1,'市统计局','ours','虚构，只供测试');
INSERT INTO release_rule VALUES('EN01','year','final',2,'市科技局','ours','虚构，只供测试');
INSERT INTO release_rule VALUES('IP02','quarter','final',1,'市科技局','ours','虚构，只供测试');
INSERT INTO release_rule VALUES('TM01','month','final',1,'市科技局','ours','虚构，只供测试');
INSERT INTO release_rule VALUES('TL01','year','final',11,'市统计局','ours','虚构，只供测试');
CREATE TABLE observation (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    fact_id            TEXT NOT NULL,
    indicator_code     TEXT NOT NULL,
    definition_version INTEGER  NOT NULL,
    area_code          TEXT NOT NULL REFERENCES area (code),
    scope              TEXT,
    among              TEXT,
    period             TEXT NOT NULL,
    period_start       TEXT,
    period_end         TEXT NOT NULL,
    value              REAL NOT NULL,
    value_high         REAL,
    low                REAL,
    high               REAL,
    unit               TEXT NOT NULL,
    status             TEXT NOT NULL,
    measure            TEXT NOT NULL,
    approximation      TEXT NOT NULL,
    base_period        TEXT,
    attaches_to        TEXT,
    repeats            TEXT,
    published          TEXT,
    published_on       TEXT,
    note               TEXT,
    visibility         INTEGER  NOT NULL CHECK (visibility BETWEEN 0 AND 3),
    sample             INTEGER NOT NULL,
    recorded_seq       INTEGER  NOT NULL,
    replaced_seq       INTEGER,
    FOREIGN KEY (indicator_code, definition_version)
        REFERENCES indicator_definition (indicator_code, version),
    CHECK (value_high IS NULL OR value_high >= value)
) STRICT;
INSERT INTO observation VALUES(1,'B001-01','RD01',1,'XZ',NULL,NULL,'2025','2025-01-01','2025-12-31',11200000000.0,NULL,11200000000.0,11200000000.0,'元','estimate','flow','exact',NULL,NULL,NULL,'2026-03-10','2026-03-10','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(2,'B001-02','RD02',1,'XZ',NULL,NULL,'2025','2025-01-01','2025-12-31',2.6699999999999999289,NULL,2.6699999999999999289,2.6699999999999999289,'%','estimate','ratio','exact',NULL,NULL,NULL,'2026-03-10','2026-03-10','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(3,'B001-03','EN01',1,'XZ',NULL,NULL,'2025','2025-01-01','2025-12-31',920.0,NULL,920.0,NULL,'家','as_reported','stock','over',NULL,NULL,NULL,'2026-03-10','2026-03-10','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(4,'B001-04','TM01',1,'XZ',NULL,NULL,'2025','2025-01-01','2025-12-31',22800000000.0,NULL,22800000000.0,22800000000.0,'元','as_reported','flow','exact',NULL,NULL,NULL,'2026-03-10','2026-03-10','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(5,'B001-05','RD02',1,'XZ',NULL,NULL,'2026','2026-01-01','2026-12-31',2.7999999999999998223,NULL,2.7999999999999998223,2.7999999999999998223,'%','target','ratio','exact',NULL,NULL,NULL,'2026-03-10','2026-03-10','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(6,'B001-06','TL01',1,'XZ',NULL,NULL,'2026','2026-01-01','2026-12-31',24000.0,NULL,24000.0,NULL,'人','target','stock','over',NULL,NULL,NULL,'2026-03-10','2026-03-10','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(7,'B001-07','EN01',1,'XZ',NULL,NULL,'2026','2026-01-01','2026-12-31',1050.0,NULL,1050.0,1050.0,'家','target','stock','exact',NULL,NULL,NULL,'2026-03-10','2026-03-10','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(8,'B001-08','IP02',2,'XZ',NULL,NULL,'2026','2026-01-01','2026-12-31',12.5,NULL,12.5,12.5,'件/万人','target','ratio','exact',NULL,NULL,NULL,'2026-03-10','2026-03-10','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(9,'B001-09','TM01',1,'XZ',NULL,NULL,'2026','2026-01-01','2026-12-31',26000000000.0,NULL,26000000000.0,26000000000.0,'元','target','flow','exact',NULL,NULL,NULL,'2026-03-10','2026-03-10','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(10,'B001-10','XR01',1,'XZ',NULL,'虚构的三十个城市','2026','2026-01-01','2026-12-31',10.0,NULL,NULL,10.0,'位','target','rank','under',NULL,NULL,NULL,'2026-03-10','2026-03-10','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(11,'X001','GDP',1,'XZ',NULL,NULL,'2019','2019-01-01','2019-12-31',300000000000.0,NULL,300000000000.0,300000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2020-01-20','2020-01-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(12,'X002','GDP',1,'XZ',NULL,NULL,'2020','2020-01-01','2020-12-31',315000000000.0,NULL,315000000000.0,315000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2021-01-20','2021-01-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(13,'X003','GDP',1,'XZ',NULL,NULL,'2021','2021-01-01','2021-12-31',340000000000.0,NULL,340000000000.0,340000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2022-01-20','2022-01-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(14,'X004','GDP',1,'XZ',NULL,NULL,'2022','2022-01-01','2022-12-31',356000000000.0,NULL,356000000000.0,356000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2023-01-20','2023-01-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(15,'X005','GDP',1,'XZ',NULL,NULL,'2023','2023-01-01','2023-12-31',380000000000.0,NULL,380000000000.0,380000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2024-01-20','2024-01-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(16,'X006','GDP',1,'XZ',NULL,NULL,'2024','2024-01-01','2024-12-31',400000000000.0,NULL,400000000000.0,400000000000.0,'元','preliminary','flow','exact',NULL,NULL,NULL,'2025-01-20','2025-01-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(17,'X007','RD01',1,'XZ',NULL,NULL,'2019','2019-01-01','2019-12-31',6000000000.0,NULL,6000000000.0,6000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2020-09-20','2020-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(18,'X008','RD01',1,'XZ',NULL,NULL,'2020','2020-01-01','2020-12-31',6615000000.0,NULL,6615000000.0,6615000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2021-09-20','2021-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(19,'X009','RD01',1,'XZ',NULL,NULL,'2021','2021-01-01','2021-12-31',7500000000.0,NULL,7500000000.0,7500000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2022-09-20','2022-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(20,'X010','RD01',1,'XZ',NULL,NULL,'2022','2022-01-01','2022-12-31',8188000000.0,NULL,8188000000.0,8188000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2023-09-20','2023-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(21,'X011','RD01',1,'XZ',NULL,NULL,'2023','2023-01-01','2023-12-31',9120000000.0,NULL,9120000000.0,9120000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2024-09-20','2024-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(22,'X012','RD01',1,'XZ',NULL,NULL,'2024','2024-01-01','2024-12-31',10000000000.0,NULL,10000000000.0,10000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2025-09-20','2025-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(23,'X013','RD02',1,'XZ',NULL,NULL,'2019','2019-01-01','2019-12-31',2.0,NULL,2.0,2.0,'%','final','ratio','exact',NULL,NULL,NULL,'2020-09-20','2020-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(24,'X014','RD02',1,'XZ',NULL,NULL,'2020','2020-01-01','2020-12-31',2.1000000000000000888,NULL,2.1000000000000000888,2.1000000000000000888,'%','final','ratio','exact',NULL,NULL,NULL,'2021-09-20','2021-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(25,'X015','RD02',1,'XZ',NULL,NULL,'2021','2021-01-01','2021-12-31',2.2099999999999999644,NULL,2.2099999999999999644,2.2099999999999999644,'%','final','ratio','exact',NULL,NULL,NULL,'2022-09-20','2022-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(26,'X016','RD02',1,'XZ',NULL,NULL,'2022','2022-01-01','2022-12-31',2.2999999999999998223,NULL,2.2999999999999998223,2.2999999999999998223,'%','final','ratio','exact',NULL,NULL,NULL,'2023-09-20','2023-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(27,'X017','RD02',1,'XZ',NULL,NULL,'2023','2023-01-01','2023-12-31',2.3999999999999999111,NULL,2.3999999999999999111,2.3999999999999999111,'%','final','ratio','exact',NULL,NULL,NULL,'2024-09-20','2024-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(28,'X018','RD02',1,'XZ',NULL,NULL,'2024','2024-01-01','2024-12-31',2.5,NULL,2.5,2.5,'%','final','ratio','exact',NULL,NULL,NULL,'2025-09-20','2025-09-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(29,'X025','EN01',1,'XZ',NULL,NULL,'2020','2020-01-01','2020-12-31',400.0,NULL,400.0,400.0,'家','final','stock','exact',NULL,NULL,NULL,'2021-02-25','2021-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(30,'X026','EN01',1,'XZ',NULL,NULL,'2021','2021-01-01','2021-12-31',480.0,NULL,480.0,480.0,'家','final','stock','exact',NULL,NULL,NULL,'2022-02-25','2022-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(31,'X027','EN01',1,'XZ',NULL,NULL,'2022','2022-01-01','2022-12-31',575.0,NULL,575.0,575.0,'家','final','stock','exact',NULL,NULL,NULL,'2023-02-25','2023-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(32,'X028','EN01',1,'XZ',NULL,NULL,'2023','2023-01-01','2023-12-31',690.0,NULL,690.0,690.0,'家','final','stock','exact',NULL,NULL,NULL,'2024-02-25','2024-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(33,'X029','EN01',1,'XZ',NULL,NULL,'2024','2024-01-01','2024-12-31',810.0,NULL,810.0,810.0,'家','final','stock','exact',NULL,NULL,NULL,'2025-02-25','2025-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(34,'X030','EN01',1,'XZ',NULL,NULL,'2024','2024-01-01','2024-12-31',17.399999999999998578,NULL,17.399999999999998578,17.399999999999998578,'%','final','growth_rate','exact','2023','X029',NULL,'2025-02-25','2025-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(35,'X038','IP02',1,'XZ',NULL,NULL,'2022','2022-01-01','2022-12-31',6.0999999999999996447,NULL,6.0999999999999996447,6.0999999999999996447,'件/万人','final','ratio','exact',NULL,NULL,NULL,'2023-04-20','2023-04-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(36,'X039','IP02',2,'XZ',NULL,NULL,'2023','2023-01-01','2023-12-31',8.4000000000000003552,NULL,8.4000000000000003552,8.4000000000000003552,'件/万人','final','ratio','exact',NULL,NULL,NULL,'2024-04-20','2024-04-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(37,'X040','IP02',2,'XZ',NULL,NULL,'2024','2024-01-01','2024-12-31',9.5999999999999996447,NULL,9.5999999999999996447,9.5999999999999996447,'件/万人','final','ratio','exact',NULL,NULL,NULL,'2025-04-20','2025-04-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(38,'X041','IP02',2,'XZ',NULL,NULL,'2025','2025-01-01','2025-12-31',10.900000000000000354,NULL,10.900000000000000354,10.900000000000000354,'件/万人','as_reported','ratio','exact',NULL,NULL,NULL,'2026-01-30','2026-01-30','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(39,'X042','TM01',1,'XZ',NULL,NULL,'2022','2022-01-01','2022-12-31',12000000000.0,NULL,12000000000.0,12000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2023-02-25','2023-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(40,'X043','TM01',1,'XZ',NULL,NULL,'2023','2023-01-01','2023-12-31',15000000000.0,NULL,15000000000.0,15000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2024-02-25','2024-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(41,'X044','TM01',1,'XZ',NULL,NULL,'2024','2024-01-01','2024-12-31',19000000000.0,NULL,19000000000.0,19000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2025-02-25','2025-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(42,'X045','TM01',1,'XZ',NULL,NULL,'2026-01/2026-03','2026-01-01','2026-03-31',6000000000.0,NULL,6000000000.0,6000000000.0,'元','as_reported','cumulative','exact',NULL,NULL,NULL,'2026-04-20','2026-04-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(43,'X046','TM01',1,'XZ',NULL,NULL,'2026-01/2026-06','2026-01-01','2026-06-30',13000000000.0,NULL,13000000000.0,13000000000.0,'元','as_reported','cumulative','exact',NULL,NULL,NULL,'2026-07-20','2026-07-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(44,'X047','TL01',1,'XZ',NULL,NULL,'2023','2023-01-01','2023-12-31',19000.0,NULL,19000.0,19000.0,'人','final','stock','exact',NULL,NULL,NULL,'2024-11-20','2024-11-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(45,'X048','TL01',1,'XZ',NULL,NULL,'2024','2024-01-01','2024-12-31',20500.0,NULL,20500.0,20500.0,'人','final','stock','exact',NULL,NULL,NULL,'2025-11-20','2025-11-20','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(46,'X049','XR01',1,'XZ',NULL,'虚构的三十个城市','2024','2024-01-01','2024-12-31',12.0,NULL,12.0,12.0,'位','as_reported','rank','exact',NULL,NULL,NULL,'2025-06-01','2025-06-01','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(47,'X019','RD01',1,'XZ-DL',NULL,NULL,'2024','2024-01-01','2024-12-31',3000000000.0,NULL,3000000000.0,3000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2025-09-25','2025-09-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(48,'X020','RD01',1,'XZ-NP',NULL,NULL,'2024','2024-01-01','2024-12-31',1800000000.0,NULL,1800000000.0,1800000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2025-09-25','2025-09-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(49,'X021','RD01',1,'XZ-XL',NULL,NULL,'2024','2024-01-01','2024-12-31',600000000.0,NULL,600000000.0,600000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2025-09-25','2025-09-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(50,'X022','RD01',1,'XZ-BH',NULL,NULL,'2024','2024-01-01','2024-12-31',2200000000.0,NULL,2200000000.0,2200000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2025-09-25','2025-09-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(51,'X023','RD01',1,'XZ-GD',NULL,NULL,'2024','2024-01-01','2024-12-31',1000000000.0,NULL,1000000000.0,1000000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2025-09-25','2025-09-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(52,'X024','RD01',1,'XZ-GX',NULL,NULL,'2024','2024-01-01','2024-12-31',1400000000.0,NULL,1400000000.0,1400000000.0,'元','final','flow','exact',NULL,NULL,NULL,'2025-09-25','2025-09-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(53,'X031','EN01',1,'XZ-DL',NULL,NULL,'2024','2024-01-01','2024-12-31',260.0,NULL,260.0,260.0,'家','final','stock','exact',NULL,NULL,NULL,'2025-02-25','2025-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(54,'X032','EN01',1,'XZ-NP',NULL,NULL,'2024','2024-01-01','2024-12-31',150.0,NULL,150.0,150.0,'家','final','stock','exact',NULL,NULL,NULL,'2025-02-25','2025-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(55,'X033','EN01',1,'XZ-XL',NULL,NULL,'2024','2024-01-01','2024-12-31',40.0,NULL,40.0,40.0,'家','final','stock','exact',NULL,NULL,NULL,'2025-02-25','2025-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(56,'X034','EN01',1,'XZ-BH',NULL,NULL,'2024','2024-01-01','2024-12-31',190.0,NULL,190.0,190.0,'家','final','stock','exact',NULL,NULL,NULL,'2025-02-25','2025-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(57,'X035','EN01',1,'XZ-GD',NULL,NULL,'2024','2024-01-01','2024-12-31',80.0,NULL,80.0,80.0,'家','final','stock','exact',NULL,NULL,NULL,'2025-02-25','2025-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(58,'X036','EN01',1,'XZ-GX',NULL,NULL,'2024','2024-01-01','2024-12-31',90.0,NULL,90.0,90.0,'家','final','stock','exact',NULL,NULL,NULL,'2025-02-25','2025-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(59,'X037','EN01',1,'XZ-PARK',NULL,NULL,'2024','2024-01-01','2024-12-31',120.0,NULL,120.0,120.0,'家','final','stock','exact',NULL,NULL,NULL,'2025-02-25','2025-02-25','虚构，只供测试',0,0,1,NULL);
INSERT INTO observation VALUES(60,'U2','RD01',1,'XZ-DL',NULL,NULL,'2023','2023-01-01','2023-12-31',12.5,NULL,12.5,12.5,'元','preliminary','flow','exact',NULL,NULL,NULL,NULL,NULL,'升级之前',0,0,2,3);
INSERT INTO observation VALUES(61,'U2','RD01',1,'XZ-DL',NULL,NULL,'2023','2023-01-01','2023-12-31',13.25,NULL,13.25,13.25,'元','preliminary','flow','exact',NULL,NULL,NULL,NULL,NULL,'升级之前的修订',0,0,3,NULL);
CREATE TABLE observation_tally (
    visibility INTEGER PRIMARY KEY,
    count      INTEGER NOT NULL
) STRICT;
INSERT INTO observation_tally VALUES(0,60);
INSERT INTO observation_tally VALUES(1,0);
INSERT INTO observation_tally VALUES(2,0);
INSERT INTO observation_tally VALUES(3,0);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('area_set_member',19);
INSERT INTO sqlite_sequence VALUES('observation',61);
INSERT INTO sqlite_sequence VALUES('document',1);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);
CREATE INDEX area_by_kind ON area (kind, code);
CREATE INDEX area_by_parent ON area (parent, code);
CREATE INDEX area_by_pinyin ON area (pinyin, code);
CREATE INDEX area_succession_by_successor ON area_succession (successor);
CREATE INDEX area_set_member_by_area ON area_set_member (area_code, id);
CREATE INDEX citation_by_source ON citation (source_code, line, subject_id);
CREATE INDEX place_by_area ON place (area_code, code);
CREATE INDEX place_by_kind ON place (kind, code);
CREATE INDEX indicator_by_topic ON indicator (topic, code);
CREATE UNIQUE INDEX observation_current ON observation (fact_id) WHERE replaced_seq IS NULL;
CREATE INDEX observation_by_fact ON observation (fact_id, id);
CREATE INDEX observation_by_series ON observation (indicator_code, area_code, period_end);
CREATE INDEX observation_by_area ON observation (area_code, id);
CREATE INDEX observation_by_status ON observation (status, area_code, period_end);
CREATE INDEX observation_by_recording ON observation (recorded_seq, published_on, id);
CREATE INDEX observation_by_period ON observation (period, id);
CREATE INDEX observation_by_period_end ON observation (period_end, id);
CREATE VIEW observation_cited AS
SELECT observation.id, observation.fact_id, observation.indicator_code,
       indicator.name AS indicator_name, indicator.name_en AS indicator_name_en,
       observation.definition_version, observation.area_code, area.name AS area_name,
       area.name_en AS area_name_en, observation.scope, observation.among, observation.period,
       observation.period_start, observation.period_end, observation.value, observation.value_high,
       observation.low, observation.high, observation.unit, observation.status, observation.measure,
       observation.approximation, observation.base_period, observation.attaches_to,
       observation.repeats, observation.published, observation.published_on, citation.source_code,
       source.title AS source_title, source.title_en AS source_title_en,
       source.kind AS source_kind, source.second_hand,
       citation.line, citation.token, observation.note, observation.visibility, observation.sample,
       observation.recorded_seq, observation.replaced_seq
FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
JOIN area ON area.code = observation.area_code
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
LEFT JOIN source ON source.code = citation.source_code;
COMMIT;
