package io.bakstripe.node.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void theSameSeedMakesTheSameSchedule() {
        assertThat(Schedule.of(17)).isEqualTo(Schedule.of(17)).isNotEqualTo(Schedule.of(18));
    }

    @Test
    void everyKindOfStepComesUpAndScriptsAreJson() throws Exception {
        Set<Class<?>> kinds = new HashSet<>();
        for (long seed : LongStream.rangeClosed(1, 200).toArray()) {
            for (Step step : Schedule.of(seed).steps()) {
                kinds.add(step.getClass());
                if (step instanceof Step.Script script) {
                    assertThat(new ObjectMapper().readTree(script.json()).required("rules"))
                            .isNotEmpty();
                }
            }
        }
        assertThat(kinds).containsExactlyInAnyOrder(Step.class.getPermittedSubclasses());
    }
}
