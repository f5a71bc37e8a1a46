package io.bakstripe.protocol.readiness;

import io.bakstripe.protocol.error.Problem;
import java.util.Optional;

/**
 * One thing that was looked at.
 *
 * @param check its stable name, for example {@code wal_level}
 * @param found what was found, for people
 * @param advice what to do, with the statement to run where there is one; never absent for a problem
 * @param code of the catalogue, for example {@code BAK-6002}: what a backup would be refused with
 */
public record Finding(String check, Verdict verdict, String found, Optional<String> advice, Optional<String> code) {

    /** All is well. */
    public static Finding good(String check, String found) {
        return new Finding(check, Verdict.GOOD, found, Optional.empty(), Optional.empty());
    }

    /** Worth knowing. */
    public static Finding advice(String check, String found, String advice) {
        return new Finding(check, Verdict.ADVICE, found, Optional.of(advice), Optional.empty());
    }

    /** What a backup would be refused with, and its hint. */
    public static Finding problem(String check, Problem problem) {
        return new Finding(
                check,
                Verdict.PROBLEM,
                problem.detail(),
                Optional.of(problem.hint()),
                Optional.of(problem.error().code()));
    }
}
