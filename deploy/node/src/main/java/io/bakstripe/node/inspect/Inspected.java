package io.bakstripe.node.inspect;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.restore.FileInspection.Contents;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.seal.SealFacts;
import java.util.List;
import java.util.Optional;

/** What is known of one file, as far as it could be read. */
final class Inspected {
    private final String name;
    private final long bytes;
    private Optional<SealFacts> seal = Optional.empty();
    private Optional<FoundStripe> stripe = Optional.empty();
    private Optional<Contents> contents = Optional.empty();
    private Optional<List<ManifestPage.Entry>> manifest = Optional.empty();
    private Optional<Problem> problem = Optional.empty();

    /** @param name as the user gave it, or the ARN that matched */
    Inspected(String name, long bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    void isSealed(SealFacts found) {
        seal = Optional.of(found).filter(facts -> facts.mode() != Mode.PLAIN);
    }

    void says(FoundStripe found) {
        stripe = Optional.of(found);
    }

    /** @param listed whether the manifest was asked for */
    void holds(Contents found, boolean listed, List<ManifestPage.Entry> entries) {
        contents = Optional.of(found);
        manifest = listed ? Optional.of(List.copyOf(entries)) : Optional.empty();
    }

    void fails(Problem found) {
        problem = Optional.of(found);
    }

    String name() {
        return name;
    }

    long bytes() {
        return bytes;
    }

    /** How it is encrypted; empty when it is not, or when that cannot be read. */
    Optional<SealFacts> seal() {
        return seal;
    }

    /** What it says of itself; empty when that cannot be read. */
    Optional<FoundStripe> stripe() {
        return stripe;
    }

    /** What its parts hold; empty when they were not read, or not all of them could be. */
    Optional<Contents> contents() {
        return contents;
    }

    /** Empty when it was not asked for. */
    Optional<List<ManifestPage.Entry>> manifest() {
        return manifest;
    }

    /** What is wrong with it, as far as it was read. */
    Optional<Problem> problem() {
        return problem;
    }
}
