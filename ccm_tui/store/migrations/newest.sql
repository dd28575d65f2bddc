BEGIN IMMEDIATE;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE event_name (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);
CREATE TABLE meta (
	"key" VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE site (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);
CREATE TABLE source (
	id INTEGER NOT NULL,
	pattern VARCHAR NOT NULL,
	format VARCHAR,
	site VARCHAR NOT NULL,
	timezone VARCHAR,
	PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_source_pattern ON source (pattern);
CREATE TABLE agent (
	id INTEGER NOT NULL,
	site_id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	state VARCHAR,
	last_sign_at_ms BIGINT,
	stale INTEGER DEFAULT '0' NOT NULL,
	changed INTEGER DEFAULT '0' NOT NULL, has_moods INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(site_id) REFERENCES site (id)
);
CREATE UNIQUE INDEX ix_agent_site_name ON agent (site_id, name);
CREATE TABLE contact (
	id INTEGER NOT NULL,
	site_id INTEGER NOT NULL,
	public_id VARCHAR NOT NULL,
	native_id VARCHAR NOT NULL,
	contradictions INTEGER DEFAULT '0' NOT NULL,
	repeated_ends INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(site_id) REFERENCES site (id),
	UNIQUE (public_id)
);
CREATE INDEX ix_contact_odd ON contact (site_id) WHERE contradictions + repeated_ends > 0;
CREATE TABLE file (
	id INTEGER NOT NULL,
	site_id INTEGER NOT NULL,
	path VARCHAR NOT NULL,
	format VARCHAR NOT NULL,
	timezone VARCHAR NOT NULL,
	header VARCHAR,
	device BIGINT NOT NULL,
	inode BIGINT NOT NULL,
	head_digest VARCHAR NOT NULL,
	head_length INTEGER NOT NULL,
	tail_digest VARCHAR NOT NULL,
	"offset" BIGINT NOT NULL,
	first_at_ms BIGINT,
	first_digest BIGINT,
	last_at_ms BIGINT,
	lines INTEGER NOT NULL,
	records INTEGER NOT NULL,
	repeats INTEGER NOT NULL,
	quarantined INTEGER NOT NULL,
	blank INTEGER NOT NULL,
	flagged INTEGER NOT NULL,
	read_at_ms BIGINT,
	problem VARCHAR,
	behind INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(site_id) REFERENCES site (id)
);
CREATE TABLE queue (
	id INTEGER NOT NULL,
	site_id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	changed INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(site_id) REFERENCES site (id)
);
CREATE UNIQUE INDEX ix_queue_site_name ON queue (site_id, name);
CREATE TABLE restart (
	at_ms BIGINT NOT NULL,
	digest BIGINT NOT NULL,
	site_id INTEGER NOT NULL,
	file_id INTEGER NOT NULL,
	"offset" BIGINT NOT NULL,
	PRIMARY KEY (at_ms, digest),
	FOREIGN KEY(file_id) REFERENCES file (id),
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 WITHOUT ROWID

;
CREATE TABLE block (
	id INTEGER NOT NULL,
	from_ms BIGINT NOT NULL,
	to_ms BIGINT NOT NULL,
	lines INTEGER NOT NULL,
	times BLOB NOT NULL,
	digests BLOB NOT NULL,
	file_ids BLOB NOT NULL,
	offsets BLOB NOT NULL,
	name_ids BLOB NOT NULL,
	contact_ids BLOB NOT NULL,
	agent_ids BLOB NOT NULL,
	ends BLOB NOT NULL,
	texts BLOB NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX ix_block_time ON block (to_ms, from_ms, lines);
CREATE TABLE contact_lines (
	contact_id INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	lines BLOB NOT NULL,
	PRIMARY KEY (contact_id, batch),
	FOREIGN KEY(contact_id) REFERENCES contact (id)
)
 WITHOUT ROWID

;
CREATE TABLE agent_lines (
	agent_id INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	lines BLOB NOT NULL,
	PRIMARY KEY (agent_id, batch),
	FOREIGN KEY(agent_id) REFERENCES agent (id)
)
 WITHOUT ROWID

;
CREATE TABLE quarantine (
	site_id INTEGER NOT NULL,
	digest BIGINT NOT NULL,
	file_id INTEGER NOT NULL,
	"offset" BIGINT NOT NULL,
	length BIGINT NOT NULL,
	reason TEXT NOT NULL,
	line BLOB NOT NULL,
	PRIMARY KEY (site_id, digest),
	FOREIGN KEY(file_id) REFERENCES file (id),
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 WITHOUT ROWID

;
CREATE INDEX ix_quarantine_file ON quarantine (file_id);
CREATE TABLE rollup (
	slot_ms BIGINT NOT NULL,
	queue_id INTEGER NOT NULL,
	channel VARCHAR NOT NULL,
	offered BIGINT,
	answered BIGINT,
	in_progress BIGINT,
	transferred BIGINT,
	answered_lost BIGINT,
	waiting BIGINT,
	lost BIGINT,
	transferred_out BIGINT,
	abandoned BIGINT,
	exited_timeout BIGINT,
	exited_key BIGINT,
	exited_empty BIGINT,
	withdrawn BIGINT,
	refused BIGINT,
	outbound BIGINT,
	"deferred" BIGINT,
	answered_within BIGINT,
	waiting_late BIGINT,
	abandoned_within BIGINT,
	timeout_within BIGINT,
	key_within BIGINT,
	empty_within BIGINT,
	withdrawn_within BIGINT,
	short_abandoned BIGINT,
	timeout_short BIGINT,
	key_short BIGINT,
	empty_short BIGINT,
	withdrawn_short BIGINT,
	answered_unknown BIGINT,
	abandoned_unknown BIGINT,
	timeout_unknown BIGINT,
	key_unknown BIGINT,
	empty_unknown BIGINT,
	withdrawn_unknown BIGINT,
	answered_wait_ms BIGINT,
	answered_ring_ms BIGINT,
	abandoned_wait_ms BIGINT,
	timeout_wait_ms BIGINT,
	key_wait_ms BIGINT,
	empty_wait_ms BIGINT,
	withdrawn_wait_ms BIGINT,
	talk_ms BIGINT,
	talk_n BIGINT,
	talk_having BIGINT,
	hold_ms BIGINT,
	hold_n BIGINT,
	hold_having BIGINT,
	acw_ms BIGINT,
	acw_n BIGINT,
	acw_having BIGINT,
	replied BIGINT,
	first_response_ms BIGINT,
	replies BIGINT,
	replies_ms BIGINT,
	resolved BIGINT,
	resolved_within_target BIGINT,
	csat_n BIGINT,
	csat_top BIGINT,
	csat_milli BIGINT,
	nps_n BIGINT,
	nps_promoters BIGINT,
	nps_detractors BIGINT,
	ces_n BIGINT,
	ces_milli BIGINT,
	backlog BIGINT,
	longest_wait_ms BIGINT,
	oldest_owed_at_ms BIGINT,
	PRIMARY KEY (slot_ms, queue_id, channel),
	FOREIGN KEY(queue_id) REFERENCES queue (id)
)
 WITHOUT ROWID

;
CREATE TABLE rollup_dirty (
	slot_ms BIGINT NOT NULL,
	queue_id INTEGER NOT NULL,
	PRIMARY KEY (slot_ms, queue_id),
	FOREIGN KEY(queue_id) REFERENCES queue (id)
)
 WITHOUT ROWID

;
CREATE TABLE segment (
	contact_id INTEGER NOT NULL,
	visit INTEGER NOT NULL,
	queue_id INTEGER NOT NULL,
	agent_id INTEGER,
	channel VARCHAR NOT NULL,
	direction VARCHAR NOT NULL,
	customer VARCHAR,
	entered_at_ms BIGINT NOT NULL,
	entry_seen BOOLEAN NOT NULL,
	file_id INTEGER NOT NULL,
	"offset" BIGINT NOT NULL,
	answered_at_ms BIGINT,
	ended_at_ms BIGINT,
	outcome VARCHAR NOT NULL,
	ended_by VARCHAR,
	wait_ms INTEGER,
	talk_ms INTEGER,
	hold_ms INTEGER,
	acw_ms INTEGER,
	hold_since_ms BIGINT,
	position INTEGER,
	ring_ms INTEGER,
	target VARCHAR,
	owed_since_ms BIGINT,
	replies INTEGER NOT NULL,
	replies_ms BIGINT NOT NULL,
	csat_milli INTEGER,
	nps_milli INTEGER,
	ces_milli INTEGER,
	rated_at_ms BIGINT,
	PRIMARY KEY (contact_id, visit),
	FOREIGN KEY(agent_id) REFERENCES agent (id),
	FOREIGN KEY(contact_id) REFERENCES contact (id),
	FOREIGN KEY(queue_id) REFERENCES queue (id)
)
 WITHOUT ROWID

;
CREATE INDEX ix_segment_agent ON segment (agent_id, answered_at_ms) WHERE agent_id IS NOT NULL;
CREATE INDEX ix_segment_customer ON segment (customer, entered_at_ms) WHERE customer IS NOT NULL;
CREATE INDEX ix_segment_ended ON segment (ended_at_ms);
CREATE TABLE span (
	agent_id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	queue_id INTEGER,
	reason VARCHAR,
	start_at_ms BIGINT NOT NULL,
	end_at_ms BIGINT,
	start_seen BOOLEAN NOT NULL,
	end_seen BOOLEAN NOT NULL,
	confirmed_at_ms BIGINT,
	PRIMARY KEY (agent_id, number),
	FOREIGN KEY(agent_id) REFERENCES agent (id),
	FOREIGN KEY(queue_id) REFERENCES queue (id)
)
 WITHOUT ROWID

;
CREATE INDEX ix_span_agent_end ON span (agent_id, end_at_ms);
CREATE INDEX ix_span_end ON span (end_at_ms);
CREATE TABLE contact_facts (
	contact_id INTEGER NOT NULL,
	first_at_ms BIGINT,
	started_at_ms BIGINT,
	ended_at_ms BIGINT,
	previous_id VARCHAR,
	reason VARCHAR,
	customer VARCHAR,
	channel VARCHAR,
	direction VARCHAR,
	sentiment_milli INTEGER,
	said VARCHAR, sentiment_by VARCHAR,
	PRIMARY KEY (contact_id),
	FOREIGN KEY(contact_id) REFERENCES contact (id)
)
 WITHOUT ROWID

;
CREATE INDEX ix_facts_first ON contact_facts (first_at_ms);
CREATE INDEX ix_facts_previous ON contact_facts (previous_id) WHERE previous_id IS NOT NULL;
CREATE INDEX ix_facts_reason ON contact_facts (reason) WHERE reason IS NOT NULL;
CREATE INDEX ix_facts_customer ON contact_facts (customer, first_at_ms) WHERE customer IS NOT NULL;
CREATE TABLE turn (
	id INTEGER NOT NULL,
	contact_id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	speaker VARCHAR NOT NULL,
	name VARCHAR,
	text VARCHAR NOT NULL,
	at_ms BIGINT,
	offset_ms BIGINT,
	sentiment VARCHAR,
	private BOOLEAN NOT NULL,
	guessed BOOLEAN NOT NULL, sentiment_by VARCHAR,
	PRIMARY KEY (id),
	FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE UNIQUE INDEX ix_turn_contact ON turn (contact_id, number);
CREATE VIRTUAL TABLE turn_text USING fts5(text, content='turn', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3');
CREATE INDEX ix_segment_entered ON segment (entered_at_ms, queue_id, agent_id, outcome, channel, answered_at_ms, wait_ms, talk_ms, hold_ms, acw_ms);
CREATE INDEX ix_segment_rated ON segment (rated_at_ms, csat_milli, nps_milli, ces_milli) WHERE rated_at_ms IS NOT NULL;
CREATE INDEX ix_segment_ending ON segment (substr(customer, -4)) WHERE customer IS NOT NULL;
CREATE INDEX ix_facts_ending ON contact_facts (substr(customer, -4)) WHERE customer IS NOT NULL;
CREATE TABLE follow_up_act (
	id INTEGER NOT NULL,
	site VARCHAR NOT NULL,
	contact VARCHAR NOT NULL,
	at_ms BIGINT NOT NULL,
	who VARCHAR NOT NULL,
	step VARCHAR NOT NULL,
	owner VARCHAR,
	due_at_ms BIGINT,
	note VARCHAR NOT NULL,
	csat_milli INTEGER,
	nps_milli INTEGER,
	ces_milli INTEGER,
	given_at_ms BIGINT,
	PRIMARY KEY (id)
);
CREATE INDEX ix_follow_up_act_contact ON follow_up_act (contact, id, step);
CREATE TABLE audit (
	id INTEGER NOT NULL,
	at_ms BIGINT NOT NULL,
	who VARCHAR NOT NULL,
	verb VARCHAR NOT NULL,
	subject VARCHAR NOT NULL,
	details VARCHAR NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX ix_audit_at ON audit (at_ms);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
CREATE TABLE profile (
	id INTEGER NOT NULL,
	reference VARCHAR,
	name VARCHAR,
	value_milli BIGINT,
	purchases INTEGER,
	urgent_issues INTEGER,
	PRIMARY KEY (id)
);
CREATE INDEX ix_profile_value ON profile (value_milli) WHERE value_milli IS NOT NULL;
CREATE INDEX ix_profile_purchases ON profile (purchases) WHERE purchases IS NOT NULL;
CREATE INDEX ix_profile_urgent ON profile (urgent_issues) WHERE urgent_issues IS NOT NULL;
CREATE TABLE identity (
	"key" VARCHAR NOT NULL,
	profile_id INTEGER NOT NULL,
	text VARCHAR NOT NULL,
	PRIMARY KEY ("key"),
	FOREIGN KEY(profile_id) REFERENCES profile (id)
)
 WITHOUT ROWID

;
CREATE INDEX ix_identity_profile ON identity (profile_id);
CREATE TABLE spelling (
	customer VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	PRIMARY KEY (customer)
)
 WITHOUT ROWID

;
CREATE INDEX ix_spelling_key ON spelling ("key");
CREATE TABLE profile_reading (
	id INTEGER NOT NULL,
	path VARCHAR NOT NULL,
	size BIGINT NOT NULL,
	mtime_ns BIGINT NOT NULL,
	rules VARCHAR NOT NULL,
	read_at_ms BIGINT NOT NULL,
	rows INTEGER NOT NULL,
	refused INTEGER NOT NULL,
	refusal VARCHAR,
	PRIMARY KEY (id)
);
INSERT INTO alembic_version VALUES ('0005');
COMMIT;
