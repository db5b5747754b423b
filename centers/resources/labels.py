"""The words the bureaus write for each code, in every language: label → code.

The first label of a code is the one a template offers and an export writes.
"""

FUNCTIONS = {
    "FN-11": "登记咨询",
    "FN-12": "年度检查",
    "FN-13": "培训",
    "FN-14": "评估",
    "FN-15": "群众活动团队培育",
    "FN-16": "群众活动团队备案",
    "FN-17": "党建服务",
    "FN-18": "预警",
    "FN-21": "孵化培育",
    "FN-22": "参与社区治理和服务",
    "FN-23": "供需对接",
    "FN-24": "支持服务种类",
    "FN-25": "品牌培育",
    "FN-31": "参与矛盾纠纷解决",
    "FN-32": "协商意见",
    "FN-33": "政策评估",
    "FN-34": "政策宣传解读",
    "FN-41": "民生公益项目策划",
    "FN-42": "链接社会组织资源",
    "FN-43": "预算依据",
    "FN-44": "项目审核监管评估",
    "FN-45": "指导公益招投标",
}

REGISTRATION = {
    "已登记": "registered",
    "筹备中": "preparing",
    "未登记": "unregistered",
    "注销": "deregistered",
}
OPERATING_MODELS = {
    "自营": "self_run",
    "委托运营": "entrusted",
    "合署": "joint_office",
    "筹建": "preparing",
}
INSPECTIONS = {
    "合格": "qualified",
    "基本合格": "basically_qualified",
    "不合格": "unqualified",
    "未参检": "absent",
    "免检": "exempt",
}
POSTS = {
    "主任": "director",
    "负责人": "director",
    "主任（负责人）": "director",
    "专职负责人": "director",
    "代理主任": "acting_director",
    "工作人员": "staff",
    "财务": "finance",
    "其他": "other",
}
EMPLOYMENT = {
    "劳动合同": "labour_contract",
    "社区工作者派驻": "seconded_community_worker",
    "受托方派驻": "operator_assigned",
    "劳务派遣": "labour_dispatch",
    "退休返聘": "rehired_retiree",
    "机关干部兼任": "concurrent_official",
    "兼职": "part_time",
    "志愿者": "volunteer",
}
CERTIFICATES = {
    "助理": "assistant",
    "助理社会工作师": "assistant",
    "中级": "intermediate",
    "社会工作师": "intermediate",
    "高级": "senior",
    "高级社会工作师": "senior",
}
AREA_BASES = {"使用面积": "usable", "建筑面积": "built"}
RIGHTS = {
    "自有": "owned",
    "租赁": "leased",
    "无偿使用": "free_use",
    "街道提供": "free_use",
    "镇提供": "free_use",
    "共建": "co_built",
}
CO_LOCATIONS = {
    "党群服务中心": "party_service_center",
    "社区服务综合体": "community_complex",
    "社会组织孵化园": "incubation_park",
    "综合为老服务中心": "elderly_service_center",
    "未成年人保护工作站": "minor_protection_station",
    "慈善超市": "charity_shop",
    "其他": "other",
}
ADEQUACY = {"满足": "satisfies", "基本满足": "basically", "不满足": "fails"}
EQUIPMENT = {"齐全": True, "基本": True, "缺": False}
FORMS = {
    "政府资助": "grant",
    "政府购买服务": "purchase",
    "福彩公益金": "welfare_lottery",
    "捐赠": "donation",
    "社区基金会": "community_foundation",
    "服务收入": "earned_income",
    "其他": "other",
}
PURPOSES = {
    "基本运作": "basic_operation",
    "办公": "basic_operation",
    "人员": "basic_operation",
    "项目": "project",
    "混合": "mixed",
}
MATTERS = {
    "印章备案": "seal_filing",
    "账号备案": "account_filing",
    "银行账号备案": "account_filing",
    "登记事项变更": "registered_change",
    "变更登记": "registered_change",
    "章程修改": "articles_change",
    "章程核准": "articles_change",
    "捐赠资助使用公布": "donation_use",
    "捐赠使用公布": "donation_use",
    "法定代表人或负责人变更审计": "head_change_audit",
    "离任审计": "head_change_audit",
    "分支机构": "branches",
    "营利性经营": "profit_making",
    "开办资金结构": "capital",
}
# Says that there is nothing; a blank says nothing.
NONE = "无"
