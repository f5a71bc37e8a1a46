package io.bakstripe.protocol.readiness;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.bakstripe.protocol.name.DatabaseName;
import java.time.Instant;
import java.util.List;

/** What an examination of a database found; it holds for the moment only. */
@JsonIgnoreProperties(value = "ready", allowGetters = true)
public record Readiness(DatabaseName database, Instant examinedAt, List<Finding> findings) {
    public Readiness {
        findings = List.copyOf(findings);
    }

    /** Whether a full backup could be taken now, as far as the database is concerned. */
    @JsonProperty
    public boolean ready() {
        return findings.stream().noneMatch(finding -> finding.verdict() == Verdict.PROBLEM);
    }
}
