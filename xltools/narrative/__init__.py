"""情况说明: amounts → sentences (``write``) and sentences → amounts (``read``).

What the accountant types is kept in three places of a Report, by key:

``reasons`` (prose inside a sentence)
    ``summary`` ``appropriation`` ``general`` ``funds`` ``state_capital`` ``operating_costs``
        主要原因 of the change against last year. The key is that of the sentence.
    ``general.<类>``, ``general.<类>.purpose``
        主要原因 and 用途 of one 类 of 公开05表: ``general.201``, ``general.201.purpose``.
    ``funds.purpose`` ``state_capital.purpose``
        用途 of the two other budgets.
    ``basic.301`` ``basic.303`` ``basic.public``
        what 工资福利支出, 对个人和家庭补助支出 and 公用经费 consist of; without it, the lines of 公开06表
        that are not zero are named.
    ``three_public.<item>``, ``three_public.<item>.purpose``
        主要原因 and 用途; item is ``abroad`` ``purchase`` ``running`` ``reception``; of 公务接待 the 用途
        are ``three_public.domestic.purpose`` and ``three_public.overseas.purpose``.
    ``performance.measures``
        改进管理措施 for projects of a low grade.

``texts`` (whole texts, and facts that no form holds)
    ``duties`` ``organisation`` ``glossary.<n>`` ``glossary.closing``
        职责, 机构设置, 名词解释 («名称：解释», numbered from 1), and the line that ends them.
    ``three_public.abroad.groups`` ``.people``; ``three_public.purchase.vehicles``;
    ``three_public.running.vehicles``; ``three_public.reception.batches`` ``.people``
        counts: 团组, 人次; 购置辆数; 保有量; 批次, 人次.
    ``three_public.domestic`` ``three_public.foreign_affairs`` ``three_public.overseas``
        国内接待费, 其中外事接待费, 国（境）外接待费 in the report's unit, each with ``.batches`` ``.people``.
    ``procurement.small_medium`` ``procurement.micro``
        合同金额 with 中小企业 and with 小微企业, in the report's unit.
    ``performance.level`` ``performance.other``
        what projects are called (二级项目), and 其他需要说明的事项 (无).
    ``last_year.<key of a reason>``
        what was typed for that reason last year, to be shown beside.
    ``narrative.<sentence key>``
        a sentence as the accountant rewrote it; it replaces the generated one.

``explanations`` (出错说明) are kept under ``finding.explanation_key``.
"""

from xltools.narrative.read import check, ratios, read_text
from xltools.narrative.sentence import Change, Fact, Kind, Ratio, Sentence, Slot, changes
from xltools.narrative.write import write

__all__ = [
    "Change",
    "Fact",
    "Kind",
    "Ratio",
    "Sentence",
    "Slot",
    "changes",
    "check",
    "ratios",
    "read_text",
    "write",
]
