BEGIN TRANSACTION;
CREATE TABLE about (
	format INTEGER NOT NULL, 
	columns TEXT NOT NULL, 
	PRIMARY KEY (format)
);
INSERT INTO "about" VALUES(1,'588ce9b42cac8658');
CREATE TABLE buildings (
	row_id INTEGER NOT NULL, 
	building_id TEXT NOT NULL, 
	park_id TEXT NOT NULL, 
	name_zh TEXT NOT NULL, 
	name_en TEXT, 
	use_type TEXT, 
	status TEXT NOT NULL, 
	completed_on DATE, 
	floors_above INTEGER, 
	floors_below INTEGER, 
	gfa_m2 DOUBLE, 
	above_ground_m2 DOUBLE, 
	far_area_m2 DOUBLE, 
	fire_class TEXT, 
	fire_rating INTEGER, 
	land_use TEXT, 
	bonded BOOLEAN, 
	geometry BLOB, 
	source TEXT NOT NULL, 
	source_date TEXT, 
	standing TEXT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE NOT NULL, 
	scenario TEXT NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	CHECK (valid_from < valid_to), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
INSERT INTO "buildings" VALUES(1,'B1','P1','一号楼',NULL,NULL,'built','2020-06-30',NULL,NULL,NULL,NULL,NULL,NULL,2,NULL,1,X'01030000000100000005000000D7A3703D0A675E403333333333333F40D7A3703D0A675E40F6285C8FC2353F406666666666665E40F6285C8FC2353F406666666666665E403333333333333F40D7A3703D0A675E403333333333333F40','ledger.xlsx','2026-01-31','illustrative','1900-01-01','9999-12-31','',2,NULL);
INSERT INTO "buildings" VALUES(2,'B2','P1','一号楼',NULL,NULL,'built','2020-06-30',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','1900-01-01','9999-12-31','',2,NULL);
CREATE TABLE change (
	id INTEGER NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	who TEXT NOT NULL, 
	what TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	rows INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	source TEXT NOT NULL, 
	scenario TEXT NOT NULL, 
	data_day DATE, 
	undoes INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE (undoes), 
	FOREIGN KEY(undoes) REFERENCES change (id)
);
INSERT INTO "change" VALUES(1,'2026-03-01 12:00:00.000000','clerk','add','parks',1,'','ledger.xlsx','','2026-01-31',NULL);
INSERT INTO "change" VALUES(2,'2026-03-01 12:00:00.000000','clerk','add','buildings',2,'','ledger.xlsx','','2026-01-31',NULL);
INSERT INTO "change" VALUES(3,'2026-03-01 12:00:00.000000','clerk','add','floors',1,'','ledger.xlsx','','2026-01-31',NULL);
INSERT INTO "change" VALUES(4,'2026-03-01 12:00:00.000000','clerk','add','units',4,'','ledger.xlsx','','2026-01-31',NULL);
INSERT INTO "change" VALUES(5,'2026-03-01 12:00:00.000000','clerk','add','tenants',3,'','ledger.xlsx','','2026-01-31',NULL);
INSERT INTO "change" VALUES(6,'2026-03-01 12:00:00.000000','clerk','add','leases',1,'','ledger.xlsx','','2026-01-31',NULL);
INSERT INTO "change" VALUES(7,'2026-03-02 12:00:00.000000','clerk','add','units',1,'measured again','survey.xlsx','','2026-01-31',NULL);
INSERT INTO "change" VALUES(8,'2026-03-02 12:00:00.000000','ann','create_scenario','A',0,'','','A',NULL,NULL);
INSERT INTO "change" VALUES(9,'2026-03-03 12:00:00.000000','ann','place','T2 → U2, U3',2,'near its chain','planner','A',NULL,NULL);
INSERT INTO "change" VALUES(10,'2026-03-03 12:00:00.000000','ann','release','T1 → U1',1,'moves out','planner','A',NULL,NULL);
INSERT INTO "change" VALUES(11,'2026-03-03 12:00:00.000000','ben','place','T3 → U4',1,'fits best','planner','',NULL,NULL);
INSERT INTO "change" VALUES(12,'2026-03-03 12:00:00.000000','ben','undo','T3 → U4',1,'','','',NULL,11);
INSERT INTO "change" VALUES(13,'2026-03-03 12:00:00.000000','ben','redo','T3 → U4',1,'','','',NULL,12);
INSERT INTO "change" VALUES(14,'2026-03-03 12:00:00.000000','ben','create_scenario','B',0,'','','B',NULL,NULL);
INSERT INTO "change" VALUES(15,'2026-03-03 12:00:00.000000','ben','drop_scenario','B',0,'','','B',NULL,NULL);
CREATE TABLE floors (
	row_id INTEGER NOT NULL, 
	floor_id TEXT NOT NULL, 
	building_id TEXT NOT NULL, 
	level INTEGER NOT NULL, 
	gfa_m2 DOUBLE, 
	floor_height_m DOUBLE, 
	clear_height_m DOUBLE, 
	floor_load_kn_m2 DOUBLE, 
	source TEXT NOT NULL, 
	source_date TEXT, 
	standing TEXT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE NOT NULL, 
	scenario TEXT NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	CHECK (valid_from < valid_to), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
INSERT INTO "floors" VALUES(1,'F1','B1',1,NULL,NULL,NULL,5.0,'ledger.xlsx','2026-01-31','illustrative','1900-01-01','9999-12-31','',3,NULL);
CREATE TABLE leases (
	row_id INTEGER NOT NULL, 
	lease_id TEXT NOT NULL, 
	unit_id TEXT NOT NULL, 
	tenant_id TEXT, 
	state TEXT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE NOT NULL, 
	rent_cny_m2_day DOUBLE, 
	reason TEXT, 
	source TEXT NOT NULL, 
	source_date TEXT, 
	standing TEXT NOT NULL, 
	scenario TEXT NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	CHECK (valid_from < valid_to), 
	CHECK (state IN ('let', 'reserved', 'intended', 'fitting_out', 'locked', 'renovation')), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
INSERT INTO "leases" VALUES(1,'L1','U1','T1','let','2024-01-01','2028-01-01',NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','',6,NULL);
INSERT INTO "leases" VALUES(2,'P000009-001','U2','T2','reserved','2026-03-01','9999-12-31',NULL,'near its chain','planner','2026-03-03','stated','A',9,NULL);
INSERT INTO "leases" VALUES(3,'P000009-002','U3','T2','reserved','2026-03-01','9999-12-31',NULL,'near its chain','planner','2026-03-03','stated','A',9,NULL);
INSERT INTO "leases" VALUES(4,'L1','U1','T1','let','2024-01-01','2026-06-01',NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','A',10,NULL);
INSERT INTO "leases" VALUES(5,'P000011-001','U4','T3','reserved','2026-03-01','2029-01-01',NULL,'fits best','planner','2026-03-03','stated','',11,12);
INSERT INTO "leases" VALUES(6,'P000011-001','U4','T3','reserved','2026-03-01','2029-01-01',NULL,'fits best','planner','2026-03-03','stated','',13,NULL);
CREATE TABLE milestones (
	row_id INTEGER NOT NULL, 
	milestone_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	event TEXT NOT NULL, 
	planned_on DATE, 
	actual_on DATE, 
	source TEXT NOT NULL, 
	source_date TEXT, 
	standing TEXT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE NOT NULL, 
	scenario TEXT NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	CHECK (valid_from < valid_to), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
CREATE TABLE needs (
	row_id INTEGER NOT NULL, 
	need_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	stage TEXT NOT NULL, 
	area_min_m2 DOUBLE NOT NULL, 
	area_max_m2 DOUBLE NOT NULL, 
	wanted_from DATE, 
	wanted_to DATE, 
	term_months INTEGER, 
	rent_max_cny_m2_day DOUBLE, 
	floor_height_m DOUBLE, 
	clear_height_m DOUBLE, 
	floor_load_kn_m2 DOUBLE, 
	power_kva DOUBLE, 
	dual_power BOOLEAN, 
	process_drain BOOLEAN, 
	exhaust_shaft BOOLEAN, 
	freight_lift_t DOUBLE, 
	cleanroom_m2 DOUBLE, 
	fire_class TEXT, 
	bsl INTEGER, 
	radiation_ok BOOLEAN, 
	bonded BOOLEAN, 
	ground_floor BOOLEAN, 
	priority DOUBLE, 
	source TEXT NOT NULL, 
	source_date TEXT, 
	standing TEXT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE NOT NULL, 
	scenario TEXT NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	CHECK (valid_from < valid_to), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
CREATE TABLE parks (
	row_id INTEGER NOT NULL, 
	park_id TEXT NOT NULL, 
	name_zh TEXT NOT NULL, 
	name_en TEXT, 
	zone_id TEXT NOT NULL, 
	sub_area TEXT, 
	address TEXT, 
	developer TEXT, 
	record_type TEXT, 
	inside_layout BOOLEAN NOT NULL, 
	placement TEXT NOT NULL, 
	geometry BLOB, 
	source TEXT NOT NULL, 
	source_date TEXT, 
	standing TEXT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE NOT NULL, 
	scenario TEXT NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	CHECK (valid_from < valid_to), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
INSERT INTO "parks" VALUES(1,'P1','甲园',NULL,'Z-ZJ',NULL,NULL,NULL,NULL,1,'schematic',X'01010000006666666666665E403333333333333F40','ledger.xlsx','2026-01-31','illustrative','1900-01-01','9999-12-31','',1,NULL);
CREATE TABLE projects (
	row_id INTEGER NOT NULL, 
	project_id TEXT NOT NULL, 
	name_zh TEXT NOT NULL, 
	name_en TEXT, 
	kind TEXT NOT NULL, 
	zone_id TEXT NOT NULL, 
	park_id TEXT, 
	building_id TEXT, 
	developer TEXT, 
	gfa_m2 DOUBLE, 
	far_area_m2 DOUBLE, 
	counts_to TEXT, 
	source TEXT NOT NULL, 
	source_date TEXT, 
	standing TEXT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE NOT NULL, 
	scenario TEXT NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	CHECK (valid_from < valid_to), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
CREATE TABLE published_figures (
	row_id INTEGER NOT NULL, 
	figure_id TEXT NOT NULL, 
	park_id TEXT, 
	subject TEXT NOT NULL, 
	metric TEXT NOT NULL, 
	value DOUBLE, 
	text TEXT, 
	unit TEXT, 
	basis TEXT, 
	period TEXT, 
	publisher TEXT, 
	confidence TEXT, 
	source TEXT NOT NULL, 
	source_date TEXT, 
	standing TEXT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE NOT NULL, 
	scenario TEXT NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	CHECK (valid_from < valid_to), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
CREATE TABLE scenario (
	row_id INTEGER NOT NULL, 
	name TEXT NOT NULL CHECK (name <> ''), 
	note TEXT NOT NULL, 
	base INTEGER NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
INSERT INTO "scenario" VALUES(1,'A','first try',7,8,NULL);
INSERT INTO "scenario" VALUES(2,'B','',13,14,15);
CREATE TABLE taken (
	row_id INTEGER NOT NULL, 
	scenario TEXT NOT NULL, 
	table_name TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
INSERT INTO "taken" VALUES(1,'A','leases','P000009-001',9,NULL);
INSERT INTO "taken" VALUES(2,'A','leases','P000009-002',9,NULL);
INSERT INTO "taken" VALUES(3,'A','leases','L1',10,NULL);
CREATE TABLE tenants (
	row_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	name_zh TEXT NOT NULL, 
	name_en TEXT, 
	kind TEXT NOT NULL, 
	sector_code TEXT, 
	stage TEXT, 
	park_id TEXT, 
	zone_id TEXT, 
	pipeline TEXT, 
	owner TEXT, 
	source TEXT NOT NULL, 
	source_date TEXT, 
	standing TEXT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE NOT NULL, 
	scenario TEXT NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	CHECK (valid_from < valid_to), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
INSERT INTO "tenants" VALUES(1,'T1','T1生物',NULL,'tenant',NULL,NULL,NULL,NULL,NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','1900-01-01','9999-12-31','',5,NULL);
INSERT INTO "tenants" VALUES(2,'T2','T2生物',NULL,'tenant',NULL,NULL,NULL,NULL,NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','1900-01-01','9999-12-31','',5,NULL);
INSERT INTO "tenants" VALUES(3,'T3','T3生物',NULL,'tenant',NULL,NULL,NULL,NULL,NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','1900-01-01','9999-12-31','',5,NULL);
CREATE TABLE units (
	row_id INTEGER NOT NULL, 
	unit_id TEXT NOT NULL, 
	building_id TEXT NOT NULL, 
	floor_id TEXT NOT NULL, 
	name TEXT, 
	position INTEGER, 
	lettable_m2 DOUBLE, 
	gfa_m2 DOUBLE, 
	power_kva DOUBLE, 
	dual_power BOOLEAN, 
	process_drain BOOLEAN, 
	exhaust_shaft BOOLEAN, 
	freight_lift_t DOUBLE, 
	cleanroom_m2 DOUBLE, 
	bsl INTEGER, 
	radiation_ok BOOLEAN, 
	asking_rent_cny_m2_day DOUBLE, 
	source TEXT NOT NULL, 
	source_date TEXT, 
	standing TEXT NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE NOT NULL, 
	scenario TEXT NOT NULL, 
	tx_from INTEGER NOT NULL, 
	tx_to INTEGER, 
	PRIMARY KEY (row_id), 
	CHECK (valid_from < valid_to), 
	FOREIGN KEY(tx_from) REFERENCES change (id), 
	FOREIGN KEY(tx_to) REFERENCES change (id)
);
INSERT INTO "units" VALUES(1,'U1','B1','F1',NULL,NULL,100.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','1900-01-01','9999-12-31','',4,7);
INSERT INTO "units" VALUES(2,'U2','B1','F1',NULL,NULL,100.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','1900-01-01','9999-12-31','',4,NULL);
INSERT INTO "units" VALUES(3,'U3','B1','F1',NULL,NULL,100.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','1900-01-01','9999-12-31','',4,NULL);
INSERT INTO "units" VALUES(4,'U4','B1','F1',NULL,NULL,100.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','1900-01-01','9999-12-31','',4,NULL);
INSERT INTO "units" VALUES(5,'U1','B1','F1',NULL,NULL,100.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','1900-01-01','2026-02-01','',7,NULL);
INSERT INTO "units" VALUES(6,'U1','B1','F1',NULL,NULL,150.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'ledger.xlsx','2026-01-31','illustrative','2026-02-01','9999-12-31','',7,NULL);
CREATE INDEX change_by_who ON change (who, scenario, id);
CREATE UNIQUE INDEX scenario_current ON scenario (name) WHERE tx_to IS NULL;
CREATE INDEX scenario_tx_from ON scenario (tx_from);
CREATE INDEX scenario_tx_to ON scenario (tx_to) WHERE tx_to IS NOT NULL;
CREATE INDEX taken_tx_to ON taken (tx_to) WHERE tx_to IS NOT NULL;
CREATE UNIQUE INDEX taken_current ON taken (scenario, table_name, "key") WHERE tx_to IS NULL;
CREATE INDEX taken_key ON taken (scenario, table_name, "key");
CREATE INDEX taken_tx_from ON taken (tx_from);
CREATE UNIQUE INDEX parks_current ON parks (park_id, scenario, valid_from) WHERE tx_to IS NULL;
CREATE INDEX parks_key ON parks (park_id);
CREATE INDEX parks_overlay ON parks (scenario) WHERE scenario <> '';
CREATE INDEX parks_valid_to ON parks (valid_to);
CREATE INDEX parks_valid_from ON parks (valid_from);
CREATE INDEX parks_tx_to ON parks (tx_to) WHERE tx_to IS NOT NULL;
CREATE INDEX parks_tx_from ON parks (tx_from);
CREATE INDEX buildings_key ON buildings (building_id);
CREATE INDEX buildings_tx_from ON buildings (tx_from);
CREATE INDEX buildings_overlay ON buildings (scenario) WHERE scenario <> '';
CREATE INDEX buildings_valid_to ON buildings (valid_to);
CREATE INDEX buildings_valid_from ON buildings (valid_from);
CREATE UNIQUE INDEX buildings_current ON buildings (building_id, scenario, valid_from) WHERE tx_to IS NULL;
CREATE INDEX buildings_tx_to ON buildings (tx_to) WHERE tx_to IS NOT NULL;
CREATE INDEX floors_valid_to ON floors (valid_to);
CREATE UNIQUE INDEX floors_current ON floors (floor_id, scenario, valid_from) WHERE tx_to IS NULL;
CREATE INDEX floors_key ON floors (floor_id);
CREATE INDEX floors_valid_from ON floors (valid_from);
CREATE INDEX floors_tx_to ON floors (tx_to) WHERE tx_to IS NOT NULL;
CREATE INDEX floors_tx_from ON floors (tx_from);
CREATE INDEX floors_overlay ON floors (scenario) WHERE scenario <> '';
CREATE INDEX units_overlay ON units (scenario) WHERE scenario <> '';
CREATE INDEX units_tx_to ON units (tx_to) WHERE tx_to IS NOT NULL;
CREATE INDEX units_valid_to ON units (valid_to);
CREATE UNIQUE INDEX units_current ON units (unit_id, scenario, valid_from) WHERE tx_to IS NULL;
CREATE INDEX units_key ON units (unit_id);
CREATE INDEX units_valid_from ON units (valid_from);
CREATE INDEX units_tx_from ON units (tx_from);
CREATE INDEX tenants_overlay ON tenants (scenario) WHERE scenario <> '';
CREATE INDEX tenants_key ON tenants (tenant_id);
CREATE INDEX tenants_valid_from ON tenants (valid_from);
CREATE INDEX tenants_tx_to ON tenants (tx_to) WHERE tx_to IS NOT NULL;
CREATE INDEX tenants_tx_from ON tenants (tx_from);
CREATE INDEX tenants_valid_to ON tenants (valid_to);
CREATE UNIQUE INDEX tenants_current ON tenants (tenant_id, scenario, valid_from) WHERE tx_to IS NULL;
CREATE UNIQUE INDEX needs_current ON needs (need_id, scenario, valid_from) WHERE tx_to IS NULL;
CREATE INDEX needs_overlay ON needs (scenario) WHERE scenario <> '';
CREATE INDEX needs_valid_to ON needs (valid_to);
CREATE INDEX needs_key ON needs (need_id);
CREATE INDEX needs_valid_from ON needs (valid_from);
CREATE INDEX needs_tx_from ON needs (tx_from);
CREATE INDEX needs_tx_to ON needs (tx_to) WHERE tx_to IS NOT NULL;
CREATE INDEX leases_overlay ON leases (scenario) WHERE scenario <> '';
CREATE INDEX leases_tx_from ON leases (tx_from);
CREATE INDEX leases_valid_to ON leases (valid_to);
CREATE INDEX leases_tenant ON leases (tenant_id);
CREATE INDEX leases_tx_to ON leases (tx_to) WHERE tx_to IS NOT NULL;
CREATE INDEX leases_key ON leases (lease_id);
CREATE INDEX leases_valid_from ON leases (valid_from);
CREATE UNIQUE INDEX leases_current ON leases (lease_id, scenario) WHERE tx_to IS NULL;
CREATE INDEX leases_unit ON leases (unit_id);
CREATE INDEX projects_valid_from ON projects (valid_from);
CREATE INDEX projects_key ON projects (project_id);
CREATE INDEX projects_tx_to ON projects (tx_to) WHERE tx_to IS NOT NULL;
CREATE INDEX projects_valid_to ON projects (valid_to);
CREATE INDEX projects_tx_from ON projects (tx_from);
CREATE UNIQUE INDEX projects_current ON projects (project_id, scenario, valid_from) WHERE tx_to IS NULL;
CREATE INDEX projects_overlay ON projects (scenario) WHERE scenario <> '';
CREATE INDEX milestones_overlay ON milestones (scenario) WHERE scenario <> '';
CREATE INDEX milestones_valid_to ON milestones (valid_to);
CREATE INDEX milestones_key ON milestones (milestone_id);
CREATE UNIQUE INDEX milestones_current ON milestones (milestone_id, scenario, valid_from) WHERE tx_to IS NULL;
CREATE INDEX milestones_tx_to ON milestones (tx_to) WHERE tx_to IS NOT NULL;
CREATE INDEX milestones_valid_from ON milestones (valid_from);
CREATE INDEX milestones_tx_from ON milestones (tx_from);
CREATE INDEX published_figures_tx_to ON published_figures (tx_to) WHERE tx_to IS NOT NULL;
CREATE INDEX published_figures_valid_to ON published_figures (valid_to);
CREATE UNIQUE INDEX published_figures_current ON published_figures (figure_id, scenario, valid_from) WHERE tx_to IS NULL;
CREATE INDEX published_figures_tx_from ON published_figures (tx_from);
CREATE INDEX published_figures_overlay ON published_figures (scenario) WHERE scenario <> '';
CREATE INDEX published_figures_key ON published_figures (figure_id);
CREATE INDEX published_figures_valid_from ON published_figures (valid_from);
CREATE TRIGGER guard_leases_booking BEFORE INSERT ON leases WHEN NEW.tx_to IS NULL AND NEW.state IN ('let', 'reserved', 'fitting_out', 'locked', 'renovation') BEGIN
SELECT RAISE(ABORT, 'double booking') WHERE EXISTS (
  SELECT 1 FROM leases AS held INDEXED BY leases_unit
  WHERE held.unit_id = NEW.unit_id AND held.state IN ('let', 'reserved', 'fitting_out', 'locked', 'renovation') AND held.valid_from < NEW.valid_to AND held.valid_to > NEW.valid_from AND held.scenario = NEW.scenario AND held.tx_to IS NULL
) OR NEW.scenario <> '' AND EXISTS (
  SELECT 1 FROM leases AS held INDEXED BY leases_unit
  JOIN scenario ON scenario.name = NEW.scenario AND scenario.tx_to IS NULL
  WHERE held.unit_id = NEW.unit_id AND held.state IN ('let', 'reserved', 'fitting_out', 'locked', 'renovation') AND held.valid_from < NEW.valid_to AND held.valid_to > NEW.valid_from AND held.scenario = '' AND held.tx_from <= scenario.base
    AND (held.tx_to IS NULL OR held.tx_to > scenario.base)
    AND NOT EXISTS (SELECT 1 FROM taken WHERE taken.scenario = NEW.scenario AND taken.table_name = 'leases'
      AND taken.key = held.lease_id AND taken.tx_to IS NULL)
);
END;
CREATE TRIGGER guard_about_stays BEFORE DELETE ON about BEGIN SELECT RAISE(ABORT, 'rows of about are never changed or deleted'); END;
CREATE TRIGGER guard_about_fixed BEFORE UPDATE OF "format", "columns" ON about BEGIN SELECT RAISE(ABORT, 'rows of about are never changed or deleted'); END;
CREATE TRIGGER guard_change_stays BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'rows of change are never changed or deleted'); END;
CREATE TRIGGER guard_change_fixed BEFORE UPDATE OF "id", "recorded_at", "who", "what", "subject", "rows", "reason", "source", "scenario", "data_day", "undoes" ON change BEGIN SELECT RAISE(ABORT, 'rows of change are never changed or deleted'); END;
CREATE TRIGGER guard_scenario_stays BEFORE DELETE ON scenario BEGIN SELECT RAISE(ABORT, 'rows of scenario are never changed or deleted'); END;
CREATE TRIGGER guard_scenario_fixed BEFORE UPDATE OF "row_id", "name", "note", "base", "tx_from" ON scenario BEGIN SELECT RAISE(ABORT, 'rows of scenario are never changed or deleted'); END;
CREATE TRIGGER guard_scenario_ends_once BEFORE UPDATE OF tx_to ON scenario WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of scenario are never changed or deleted'); END;
CREATE TRIGGER guard_taken_stays BEFORE DELETE ON taken BEGIN SELECT RAISE(ABORT, 'rows of taken are never changed or deleted'); END;
CREATE TRIGGER guard_taken_fixed BEFORE UPDATE OF "row_id", "scenario", "table_name", "key", "tx_from" ON taken BEGIN SELECT RAISE(ABORT, 'rows of taken are never changed or deleted'); END;
CREATE TRIGGER guard_taken_ends_once BEFORE UPDATE OF tx_to ON taken WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of taken are never changed or deleted'); END;
CREATE TRIGGER guard_parks_stays BEFORE DELETE ON parks BEGIN SELECT RAISE(ABORT, 'rows of parks are never changed or deleted'); END;
CREATE TRIGGER guard_parks_fixed BEFORE UPDATE OF "row_id", "park_id", "name_zh", "name_en", "zone_id", "sub_area", "address", "developer", "record_type", "inside_layout", "placement", "geometry", "source", "source_date", "standing", "valid_from", "valid_to", "scenario", "tx_from" ON parks BEGIN SELECT RAISE(ABORT, 'rows of parks are never changed or deleted'); END;
CREATE TRIGGER guard_parks_ends_once BEFORE UPDATE OF tx_to ON parks WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of parks are never changed or deleted'); END;
CREATE TRIGGER guard_buildings_stays BEFORE DELETE ON buildings BEGIN SELECT RAISE(ABORT, 'rows of buildings are never changed or deleted'); END;
CREATE TRIGGER guard_buildings_fixed BEFORE UPDATE OF "row_id", "building_id", "park_id", "name_zh", "name_en", "use_type", "status", "completed_on", "floors_above", "floors_below", "gfa_m2", "above_ground_m2", "far_area_m2", "fire_class", "fire_rating", "land_use", "bonded", "geometry", "source", "source_date", "standing", "valid_from", "valid_to", "scenario", "tx_from" ON buildings BEGIN SELECT RAISE(ABORT, 'rows of buildings are never changed or deleted'); END;
CREATE TRIGGER guard_buildings_ends_once BEFORE UPDATE OF tx_to ON buildings WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of buildings are never changed or deleted'); END;
CREATE TRIGGER guard_floors_stays BEFORE DELETE ON floors BEGIN SELECT RAISE(ABORT, 'rows of floors are never changed or deleted'); END;
CREATE TRIGGER guard_floors_fixed BEFORE UPDATE OF "row_id", "floor_id", "building_id", "level", "gfa_m2", "floor_height_m", "clear_height_m", "floor_load_kn_m2", "source", "source_date", "standing", "valid_from", "valid_to", "scenario", "tx_from" ON floors BEGIN SELECT RAISE(ABORT, 'rows of floors are never changed or deleted'); END;
CREATE TRIGGER guard_floors_ends_once BEFORE UPDATE OF tx_to ON floors WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of floors are never changed or deleted'); END;
CREATE TRIGGER guard_units_stays BEFORE DELETE ON units BEGIN SELECT RAISE(ABORT, 'rows of units are never changed or deleted'); END;
CREATE TRIGGER guard_units_fixed BEFORE UPDATE OF "row_id", "unit_id", "building_id", "floor_id", "name", "position", "lettable_m2", "gfa_m2", "power_kva", "dual_power", "process_drain", "exhaust_shaft", "freight_lift_t", "cleanroom_m2", "bsl", "radiation_ok", "asking_rent_cny_m2_day", "source", "source_date", "standing", "valid_from", "valid_to", "scenario", "tx_from" ON units BEGIN SELECT RAISE(ABORT, 'rows of units are never changed or deleted'); END;
CREATE TRIGGER guard_units_ends_once BEFORE UPDATE OF tx_to ON units WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of units are never changed or deleted'); END;
CREATE TRIGGER guard_tenants_stays BEFORE DELETE ON tenants BEGIN SELECT RAISE(ABORT, 'rows of tenants are never changed or deleted'); END;
CREATE TRIGGER guard_tenants_fixed BEFORE UPDATE OF "row_id", "tenant_id", "name_zh", "name_en", "kind", "sector_code", "stage", "park_id", "zone_id", "pipeline", "owner", "source", "source_date", "standing", "valid_from", "valid_to", "scenario", "tx_from" ON tenants BEGIN SELECT RAISE(ABORT, 'rows of tenants are never changed or deleted'); END;
CREATE TRIGGER guard_tenants_ends_once BEFORE UPDATE OF tx_to ON tenants WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of tenants are never changed or deleted'); END;
CREATE TRIGGER guard_needs_stays BEFORE DELETE ON needs BEGIN SELECT RAISE(ABORT, 'rows of needs are never changed or deleted'); END;
CREATE TRIGGER guard_needs_fixed BEFORE UPDATE OF "row_id", "need_id", "tenant_id", "stage", "area_min_m2", "area_max_m2", "wanted_from", "wanted_to", "term_months", "rent_max_cny_m2_day", "floor_height_m", "clear_height_m", "floor_load_kn_m2", "power_kva", "dual_power", "process_drain", "exhaust_shaft", "freight_lift_t", "cleanroom_m2", "fire_class", "bsl", "radiation_ok", "bonded", "ground_floor", "priority", "source", "source_date", "standing", "valid_from", "valid_to", "scenario", "tx_from" ON needs BEGIN SELECT RAISE(ABORT, 'rows of needs are never changed or deleted'); END;
CREATE TRIGGER guard_needs_ends_once BEFORE UPDATE OF tx_to ON needs WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of needs are never changed or deleted'); END;
CREATE TRIGGER guard_leases_stays BEFORE DELETE ON leases BEGIN SELECT RAISE(ABORT, 'rows of leases are never changed or deleted'); END;
CREATE TRIGGER guard_leases_fixed BEFORE UPDATE OF "row_id", "lease_id", "unit_id", "tenant_id", "state", "valid_from", "valid_to", "rent_cny_m2_day", "reason", "source", "source_date", "standing", "scenario", "tx_from" ON leases BEGIN SELECT RAISE(ABORT, 'rows of leases are never changed or deleted'); END;
CREATE TRIGGER guard_leases_ends_once BEFORE UPDATE OF tx_to ON leases WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of leases are never changed or deleted'); END;
CREATE TRIGGER guard_projects_stays BEFORE DELETE ON projects BEGIN SELECT RAISE(ABORT, 'rows of projects are never changed or deleted'); END;
CREATE TRIGGER guard_projects_fixed BEFORE UPDATE OF "row_id", "project_id", "name_zh", "name_en", "kind", "zone_id", "park_id", "building_id", "developer", "gfa_m2", "far_area_m2", "counts_to", "source", "source_date", "standing", "valid_from", "valid_to", "scenario", "tx_from" ON projects BEGIN SELECT RAISE(ABORT, 'rows of projects are never changed or deleted'); END;
CREATE TRIGGER guard_projects_ends_once BEFORE UPDATE OF tx_to ON projects WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of projects are never changed or deleted'); END;
CREATE TRIGGER guard_milestones_stays BEFORE DELETE ON milestones BEGIN SELECT RAISE(ABORT, 'rows of milestones are never changed or deleted'); END;
CREATE TRIGGER guard_milestones_fixed BEFORE UPDATE OF "row_id", "milestone_id", "project_id", "event", "planned_on", "actual_on", "source", "source_date", "standing", "valid_from", "valid_to", "scenario", "tx_from" ON milestones BEGIN SELECT RAISE(ABORT, 'rows of milestones are never changed or deleted'); END;
CREATE TRIGGER guard_milestones_ends_once BEFORE UPDATE OF tx_to ON milestones WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of milestones are never changed or deleted'); END;
CREATE TRIGGER guard_published_figures_stays BEFORE DELETE ON published_figures BEGIN SELECT RAISE(ABORT, 'rows of published_figures are never changed or deleted'); END;
CREATE TRIGGER guard_published_figures_fixed BEFORE UPDATE OF "row_id", "figure_id", "park_id", "subject", "metric", "value", "text", "unit", "basis", "period", "publisher", "confidence", "source", "source_date", "standing", "valid_from", "valid_to", "scenario", "tx_from" ON published_figures BEGIN SELECT RAISE(ABORT, 'rows of published_figures are never changed or deleted'); END;
CREATE TRIGGER guard_published_figures_ends_once BEFORE UPDATE OF tx_to ON published_figures WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL BEGIN SELECT RAISE(ABORT, 'rows of published_figures are never changed or deleted'); END;
COMMIT;
